//! Runs `fuzz::qualified_webhook`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    fuzz::qualified_webhook::check(input);
});
