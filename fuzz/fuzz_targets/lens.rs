//! No lens file makes the reader panic; every problem lies in the file, and a lens that is read can be answered.

#![no_main]

use libfuzzer_sys::fuzz_target;
use wellproof_lens::{Risk, States, check_str};

fuzz_target!(|text: &str| {
    let Ok(checked) = check_str("lens", text) else { return };
    assert!(checked.lens.is_some() || !checked.problems.is_empty());
    for problem in &checked.problems {
        assert!(text.get(problem.span.clone()).is_some());
    }
    for question in checked.lens.iter().flat_map(|lens| lens.questions()) {
        assert_eq!(question.risk(&States::new()), Risk::Unanswered);
    }
});
