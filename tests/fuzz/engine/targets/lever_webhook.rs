//! Runs `fuzz::lever_webhook`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    fuzz::lever_webhook::check(input);
});
