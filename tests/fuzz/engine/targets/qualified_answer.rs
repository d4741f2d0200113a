//! Runs `fuzz::qualified_answer`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    fuzz::qualified_answer::check(input);
});
