//! No condition of a custom lens makes the parser panic, and what it prints it reads back.

#![no_main]

use libfuzzer_sys::fuzz_target;
use wellproof_lens::Condition;

fuzz_target!(|text: &str| match Condition::parse(text) {
    Ok(condition) => assert_eq!(Condition::parse(&condition.to_string()).as_ref(), Ok(&condition)),
    Err(malformed) => assert!(text.get(malformed.span).is_some()),
});
