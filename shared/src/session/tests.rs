//! What a session cookie must and must not let through.

use super::*;

const NAME: &str = "__Host-lever_integration";

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).unwrap()
}

fn key(byte: u8) -> SessionKey {
    STANDARD.encode([byte; 32]).parse().unwrap()
}

fn sessions() -> Sessions {
    Sessions::new(&key(1), &Url::parse("https://integrations.example/").unwrap()).unwrap()
}

fn launch() -> Launch {
    Launch {
        user: "user-1".parse().unwrap(),
        team: "team-1".parse().unwrap(),
        team_name: "Team 1; \"café\"".to_owned(),
        role: Role::Admin,
        id: "launch-1".parse().unwrap(),
        expires_at: at(300),
    }
}

/// The `name=value` part of a `Set-Cookie` header, as a browser sends it back.
fn pair(set_cookie: &str) -> &str {
    set_cookie.split(';').next().unwrap()
}

/// A cookie with the payload changed and signed by `sessions`.
fn forged(sessions: &Sessions, payload: &str) -> String {
    let payload = URL_SAFE_NO_PAD.encode(payload);
    let tag = hmac::sign(&sessions.cookie_key, payload.as_bytes());
    format!("{NAME}={payload}.{}", URL_SAFE_NO_PAD.encode(tag))
}

#[test]
fn a_session_survives_the_way_through_the_browser() {
    let sessions = sessions();
    let session = sessions.begin(&launch(), at(0)).unwrap();
    let cookie = sessions.set_cookie(&session);
    assert_eq!(sessions.read([pair(&cookie)], at(60)), Ok(session.clone()));
    let among = format!("theme=dark; {}; other", pair(&cookie));
    assert_eq!(sessions.read(["a=b", &among], at(60)), Ok(session));
}

#[test]
fn the_cookie_is_out_of_reach_for_scripts_other_hosts_and_other_sites() {
    let sessions = sessions();
    let cookie = sessions.set_cookie(&sessions.begin(&launch(), at(0)).unwrap());
    assert!(cookie.starts_with("__Host-lever_integration="), "{cookie}");
    assert!(cookie.ends_with("; Path=/; Max-Age=28800; HttpOnly; SameSite=Lax; Secure"), "{cookie}");
    assert!(!cookie.contains("Domain"), "{cookie}");
    let cleared = "__Host-lever_integration=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure";
    assert_eq!(sessions.clear_cookie(), cleared);
}

#[test]
fn the_plain_name_is_for_http_on_this_machine_only() {
    let style = |base: &str| Sessions::new(&key(1), &Url::parse(base).unwrap()).map(|it| it.cookie.name());
    for base in ["http://localhost:8080/", "http://127.0.0.1:1/", "http://[::1]:1/", "http://a.localhost/"] {
        assert_eq!(style(base), Ok("lever_integration"), "{base}");
    }
    for base in ["https://localhost/", "https://integrations.example/"] {
        assert_eq!(style(base), Ok(NAME), "{base}");
    }
    for base in
        ["http://integrations.example/", "http://localhost.example/", "http://10.0.0.1/", "ftp://localhost/"]
    {
        assert_eq!(style(base), Err(Error::UnsafeBaseUrl), "{base}");
    }
}

#[test]
fn every_session_has_an_id_of_its_own() {
    let sessions = sessions();
    let one = sessions.begin(&launch(), at(0)).unwrap();
    let two = sessions.begin(&launch(), at(0)).unwrap();
    assert_ne!(one.id, two.id);
    assert_ne!(sessions.csrf_token(&one), sessions.csrf_token(&two));
}

#[test]
fn a_changed_cookie_is_refused() {
    let sessions = sessions();
    let cookie = sessions.set_cookie(&sessions.begin(&launch(), at(0)).unwrap());
    let (payload, tag) = pair(&cookie).strip_prefix(NAME).unwrap()[1..].split_once('.').unwrap();
    let json = String::from_utf8(URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
    for (from, to) in [("team-1", "team-2"), ("\"admin\"", "\"Admin\""), ("user-1", "user-2")] {
        assert!(json.contains(from), "{json}");
        let changed = URL_SAFE_NO_PAD.encode(json.replace(from, to));
        let cookie = format!("{NAME}={changed}.{tag}");
        assert_eq!(sessions.read([cookie.as_str()], at(1)), Err(Error::BadSignature), "{from}");
    }
    for bad in
        ["", "x", ".", "a.b", &format!("{payload}."), &format!("{payload}.{tag}.{tag}"), &"a".repeat(5000)]
    {
        let cookie = format!("{NAME}={bad}");
        let refusal = sessions.read([cookie.as_str()], at(1)).unwrap_err();
        assert!(matches!(refusal, Error::Malformed | Error::BadSignature), "{bad:?}: {refusal}");
    }
}

#[test]
fn a_cookie_of_another_key_is_refused() {
    let other = Sessions::new(&key(2), &Url::parse("https://integrations.example/").unwrap()).unwrap();
    let cookie = other.set_cookie(&other.begin(&launch(), at(0)).unwrap());
    assert_eq!(sessions().read([pair(&cookie)], at(1)), Err(Error::BadSignature));
}

#[test]
fn what_is_signed_for_forms_is_no_cookie() {
    let sessions = sessions();
    let session = sessions.begin(&launch(), at(0)).unwrap();
    let payload = URL_SAFE_NO_PAD.encode(claims::write(&session));
    let tag = hmac::sign(&sessions.csrf_key, payload.as_bytes());
    let cookie = format!("{NAME}={payload}.{}", URL_SAFE_NO_PAD.encode(tag));
    assert_eq!(sessions.read([cookie.as_str()], at(1)), Err(Error::BadSignature));
}

#[test]
fn a_session_ends_after_eight_hours() {
    let sessions = sessions();
    let cookie = sessions.set_cookie(&sessions.begin(&launch(), at(0)).unwrap());
    let read = |seconds| sessions.read([pair(&cookie)], at(seconds)).map(|_| ());
    assert_eq!(read(8 * 3600 - 1), Ok(()));
    assert_eq!(read(8 * 3600), Err(Error::Expired));
    assert_eq!(read(-30), Ok(()), "the clocks of two machines may differ a little");
    assert_eq!(read(-31), Err(Error::Expired));
}

#[test]
fn no_cookie_and_several_cookies_are_no_session() {
    let sessions = sessions();
    let cookie = sessions.set_cookie(&sessions.begin(&launch(), at(0)).unwrap());
    let (mine, planted) = (pair(&cookie), format!("{NAME}=planted"));
    assert_eq!(sessions.read([], at(1)), Err(Error::NoCookie));
    assert_eq!(sessions.read(["lever_integration=x; a=b"], at(1)), Err(Error::NoCookie));
    assert_eq!(sessions.read([mine, planted.as_str()], at(1)), Err(Error::SeveralCookies));
    let both = format!("{mine}; {planted}");
    assert_eq!(sessions.read([both.as_str()], at(1)), Err(Error::SeveralCookies));
}

#[test]
fn a_cookie_of_another_version_or_with_more_in_it_is_refused() {
    let sessions = sessions();
    let json = claims::write(&sessions.begin(&launch(), at(0)).unwrap());
    assert!(sessions.read([forged(&sessions, &json).as_str()], at(1)).is_ok());
    for (from, to) in [("\"v\":1", "\"v\":2"), ("\"v\":1", "\"v\":1,\"x\":1"), ("team-1", "team#1")] {
        let cookie = forged(&sessions, &json.replace(from, to));
        assert_eq!(sessions.read([cookie.as_str()], at(1)), Err(Error::Malformed), "{to}");
    }
}

#[test]
fn a_form_token_is_good_for_its_own_session_only() {
    let sessions = sessions();
    let mine = sessions.begin(&launch(), at(0)).unwrap();
    let attackers = sessions.begin(&launch(), at(0)).unwrap();
    let token = sessions.csrf_token(&mine);
    assert_eq!(sessions.check_csrf(&mine, token.as_str()), Ok(()));
    for bad in ["", "x", &token.as_str()[1..], sessions.csrf_token(&attackers).as_str()] {
        assert_eq!(sessions.check_csrf(&mine, bad), Err(Error::WrongCsrfToken), "{bad:?}");
    }
}

#[test]
fn only_a_page_of_ours_may_send_a_form() {
    let sessions = sessions();
    let ours = Some("https://integrations.example");
    for (origin, site) in [
        (ours, None),
        (ours, Some("same-origin")),
        (Some("null"), Some("same-origin")),
        (None, Some("same-origin")),
    ] {
        assert_eq!(sessions.check_origin(origin, site), Ok(()), "{origin:?} {site:?}");
    }
    for (origin, site) in [
        (None, None),
        (None, Some("none")),
        (None, Some("cross-site")),
        (Some("null"), None),
        (Some("null"), Some("cross-site")),
        (Some("null"), Some("same-site")),
        (ours, Some("cross-site")),
        (Some("https://integrations.example/"), None),
        (Some("http://integrations.example"), None),
        (Some("https://integrations.example:444"), None),
        (Some("https://integrations.example.evil.example"), Some("same-origin")),
        (Some(""), Some("same-origin")),
    ] {
        assert_eq!(sessions.check_origin(origin, site), Err(Error::WrongOrigin), "{origin:?} {site:?}");
    }
}

#[test]
fn debug_shows_no_key_no_id_and_no_token() {
    let sessions = sessions();
    let session = sessions.begin(&launch(), at(0)).unwrap();
    let token = sessions.csrf_token(&session);
    let shown = format!("{:?} {session:?} {token:?} {sessions:?}", key(1));
    for secret in [session.id.as_str(), token.as_str()] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[test]
fn keys_that_are_too_short_are_refused() {
    for bad in ["", "c2hvcnQ=", "%%%", STANDARD.encode([1; 31]).as_str()] {
        assert!(bad.parse::<SessionKey>().is_err(), "{bad:?}");
    }
}
