//! What a trail or an event data store records, by its selectors.

use std::collections::BTreeSet;

use aws_sdk_cloudtrail::operation::get_event_selectors::GetEventSelectorsOutput;
use aws_sdk_cloudtrail::types::{AdvancedEventSelector, AdvancedFieldSelector, EventSelector, ReadWriteType};

/// Sources whose many events basic selectors, too, can leave out; without them the record is still taken for whole.
const VERBOSE: [&str; 2] = ["kms.amazonaws.com", "rdsdata.amazonaws.com"];

#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Selected {
    pub(crate) management_reads: bool,
    pub(crate) management_writes: bool,
    pub(crate) data_types: BTreeSet<String>,
}

/// A trail has selectors of the one kind or of the other.
pub(crate) fn of_trail(answer: &GetEventSelectorsOutput) -> Selected {
    let mut selected = of_advanced(answer.advanced_event_selectors());
    for selector in answer.event_selectors() {
        basic(selector, &mut selected);
    }
    selected
}

fn basic(selector: &EventSelector, selected: &mut Selected) {
    if selector.include_management_events() == Some(true) {
        let kind = selector.read_write_type();
        selected.management_reads |= matches!(kind, Some(ReadWriteType::All | ReadWriteType::ReadOnly));
        selected.management_writes |= matches!(kind, Some(ReadWriteType::All | ReadWriteType::WriteOnly));
    }
    selected.data_types.extend(selector.data_resources().iter().filter_map(|it| it.r#type.clone()));
}

pub(crate) fn of_advanced(selectors: &[AdvancedEventSelector]) -> Selected {
    let mut selected = Selected::default();
    for selector in selectors {
        let fields = selector.field_selectors();
        let of_category = |category: &str| fields.iter().any(|it| it.field() == "eventCategory" && is(it, category));
        if of_category("Management") && fields.iter().all(leaves_whole) {
            // Without a readOnly field both are meant, else whichever it equals.
            let wanted = |word: &str| fields.iter().filter(|it| it.field() == "readOnly").all(|it| is(it, word));
            selected.management_reads |= wanted("true");
            selected.management_writes |= wanted("false");
        }
        if of_category("Data") {
            let types =
                fields.iter().filter(|it| it.field() == "resources.type").flat_map(AdvancedFieldSelector::equals);
            selected.data_types.extend(types.cloned());
        }
    }
    selected
}

fn is(selector: &AdvancedFieldSelector, word: &str) -> bool {
    selector.equals().iter().any(|it| it == word)
}

/// Whether a field selector of management events lets all pass but reads, writes, or the verbose sources.
fn leaves_whole(selector: &AdvancedFieldSelector) -> bool {
    match selector.field() {
        "eventCategory" | "readOnly" => true,
        "eventSource" => {
            let others = [
                selector.equals(),
                selector.starts_with(),
                selector.ends_with(),
                selector.not_starts_with(),
                selector.not_ends_with(),
            ];
            others.iter().all(|it| it.is_empty())
                && selector.not_equals().iter().all(|it| VERBOSE.contains(&it.as_str()))
        }
        _ => false,
    }
}
