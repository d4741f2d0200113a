//! Runs `fuzz::lever_answer`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    fuzz::lever_answer::check(input);
});
