//! A line that is read the fast way is one that a parser reads, to the same resource.

#![no_main]

use libfuzzer_sys::fuzz_target;
use wellproof_model::Resource;

fuzz_target!(|text: &str| {
    let Some(read) = Resource::from_plain_line(text) else { return };
    let parsed: Resource = serde_json::from_str(text).expect("a line that is read is JSON");
    assert_eq!(read, parsed);
});
