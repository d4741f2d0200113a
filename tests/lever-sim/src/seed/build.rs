//! From a seed to a world.

use std::collections::BTreeMap;

use sim_kit::clock::Millis;

use super::{AccountSeed, PostingSeed, ReasonSeed, Seed, SeedError, StageSeed, UserSeed, sample};
use crate::switches::Switches;
use crate::world::{
    Account, AccountId, Actor, App, ArchiveReason, Confidentiality, Consent, Grants, Posting, PostingId,
    PostingState, Problem, ReasonId, ReasonKind, Stage, StageId, Template, TemplateId, User, UserId, Via,
    World,
};

impl Seed {
    /// The world of this seed at this time.
    pub(crate) fn build(&self, now: Millis) -> Result<World, SeedError> {
        let switches = Switches::default().with(self.switches.clone())?;
        let app = &self.app;
        let mut world = World {
            app: App {
                client_id: app.client_id.clone(),
                client_secret: app.client_secret.clone(),
                name: app.name.clone(),
                redirect_uris: app.redirect_uris.clone(),
                scopes: app.scopes.clone(),
                audiences: app.audiences.clone(),
            },
            accounts: Vec::new(),
            grants: Grants::default(),
            consent: Consent::default(),
            switches,
            buckets: BTreeMap::new(),
            refused_by_rate: BTreeMap::new(),
        };
        for account in &self.accounts {
            let account = account.build(now, &world.switches)?;
            world.add_account(account)?;
        }
        Ok(world)
    }
}

impl World {
    pub(crate) fn add_account(&mut self, account: Account) -> Result<(), Problem> {
        if self.account(&account.id).is_ok() {
            return Err(Problem::invalid(format!("there is an account {} already", account.id)));
        }
        self.accounts.push(account);
        Ok(())
    }
}

impl AccountSeed {
    /// The account of this seed; what happens on the way is told to nobody.
    pub(crate) fn build(&self, now: Millis, switches: &Switches) -> Result<Account, Problem> {
        let name = self.name.clone().unwrap_or_else(|| "Example Corp".to_owned());
        let users = self.users.clone().unwrap_or_else(|| sample::users(&name));
        let stages = self.stages.clone().unwrap_or_else(sample::stages);
        let reasons = self.archive_reasons.clone().unwrap_or_else(sample::reasons);
        let mut account = Account {
            id: named_or(&self.id, AccountId::fresh),
            users: users.iter().map(|user| build_user(user, now)).collect(),
            stages: Vec::new(),
            reasons: reasons.iter().map(build_reason).collect(),
            postings: Vec::new(),
            contacts: Vec::new(),
            opportunities: Vec::new(),
            deleted: Vec::new(),
            templates: Vec::new(),
            webhooks: Vec::new(),
            groups: self.groups.clone(),
            consented: Vec::new(),
            happenings: Vec::new(),
            kept_back: Vec::new(),
            name,
        };
        for stage in &stages {
            account.add_stage(build_stage(stage), None)?;
        }
        let owner =
            account.super_admin().ok_or_else(|| Problem::invalid("an account needs a super admin"))?;
        account.postings = self.postings.iter().map(|posting| build_posting(posting, &owner, now)).collect();
        for wish in &self.feedback_templates {
            account.templates.push(Template {
                id: TemplateId::fresh(),
                wish: wish.clone().checked()?,
                made_by_api: false,
                created_at: now,
                updated_at: now,
            });
        }
        let actor = Actor { via: Via::User, user: Some(owner) };
        for opportunity in &self.opportunities {
            account.create(opportunity.clone(), &actor, now, switches)?;
        }
        account.happenings.clear();
        Ok(account)
    }
}

fn named_or<T: for<'a> From<&'a str>>(id: &Option<String>, fresh: fn() -> T) -> T {
    id.as_deref().map_or_else(fresh, T::from)
}

fn build_user(seed: &UserSeed, now: Millis) -> User {
    User {
        id: named_or(&seed.id, UserId::fresh),
        name: seed.name.clone(),
        email: seed.email.clone(),
        access_role: seed.access_role.clone().unwrap_or_else(|| "team member".to_owned()),
        manages_integrations: seed.manages_integrations == Some(true),
        created_at: now,
        deactivated_at: (seed.deactivated == Some(true)).then_some(now),
    }
}

fn build_stage(seed: &StageSeed) -> Stage {
    Stage { id: named_or(&seed.id, StageId::fresh), text: seed.text.clone() }
}

fn build_reason(seed: &ReasonSeed) -> ArchiveReason {
    ArchiveReason {
        id: named_or(&seed.id, ReasonId::fresh),
        text: seed.text.clone(),
        kind: seed.kind.unwrap_or(ReasonKind::NonHired),
    }
}

fn build_posting(seed: &PostingSeed, owner: &UserId, now: Millis) -> Posting {
    let confidential = seed.confidential == Some(true);
    Posting {
        id: named_or(&seed.id, PostingId::fresh),
        text: seed.text.clone(),
        state: seed.state.unwrap_or(PostingState::Published),
        categories: seed.categories.clone(),
        tags: seed.tags.clone(),
        owner: owner.clone(),
        confidentiality: if confidential {
            Confidentiality::Confidential
        } else {
            Confidentiality::NonConfidential
        },
        created_at: now,
        updated_at: now,
    }
}
