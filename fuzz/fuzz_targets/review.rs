//! No file, be it text, HTML, PDF or JSON, makes the reader of reviews panic, and whatever it reads is of the lens.

#![no_main]

use libfuzzer_sys::fuzz_target;
use wellproof_lens::Lens;
use wellproof_review::import;

fuzz_target!(|bytes: &[u8]| {
    let Ok(review) = import("review", bytes, None) else { return };
    let lens = Lens::by_id(&review.lens.id).expect("a shipped lens");
    for answer in &review.questions {
        let question = lens.question(&answer.question).expect("a question of the lens");
        for choice in &answer.choices {
            assert!(question.choice(&choice.choice).is_some() || question.is_none_of_these(&choice.choice));
        }
    }
});
