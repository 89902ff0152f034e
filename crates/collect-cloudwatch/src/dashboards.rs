//! Dashboards, and what their widgets show.

use std::collections::BTreeSet;

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::types::DashboardEntry;
use serde_json::Value;
use wellproof_aws::member::{required_text, required_time};
use wellproof_aws::{Answer, Cited, Listing, Record, Refusal, Unit};
use wellproof_facts::cloudwatch::Dashboard;

pub(crate) async fn list(unit: &Unit, cloudwatch: &Client, dashboards: &mut Listing<Dashboard>) -> Result<(), Refusal> {
    let mut pages = cloudwatch.list_dashboards().into_paginator().stop_on_duplicate_token(false).send();
    while let Some(page) = dashboards.page(&mut pages).await? {
        let reads = page.dashboard_entries().iter().map(|entry| read(unit, cloudwatch, entry));
        let mut gone = Vec::new();
        for read in unit.join(reads).await {
            match read {
                Ok(Cited { value: Some(record), .. }) => dashboards.push(record),
                Ok(Cited { value: None, calls }) => gone.extend(calls),
                Err(malformed) => dashboards.keep(Err(malformed)),
            }
        }
        dashboards.cite(gone);
    }
    Ok(())
}

/// `None`, with the reply that says so, when it was deleted since it was listed.
async fn read(unit: &Unit, cloudwatch: &Client, entry: &DashboardEntry) -> Answer<Option<Record<Dashboard>>> {
    let name = required_text(entry.dashboard_name(), "DashboardEntry.DashboardName")?;
    let last_modified = required_time(entry.last_modified(), "DashboardEntry.LastModified")?;
    let answer = unit.read(cloudwatch.get_dashboard().dashboard_name(&name).send()).await;
    // The first is the code of the older protocol, which the newer one still sends along.
    let is_gone = |it: &&Refusal| it.is("ResourceNotFound") || it.is("DashboardNotFoundError");
    if let Some(refusal) = answer.as_ref().err().filter(is_gone) {
        return Ok(Cited { value: None, calls: refusal.calls.clone() });
    }
    let shown = answer.and_then(|cited| shown(cited.value.dashboard_body(), cited.calls));
    let field = unit.fields::<Dashboard>(&name);
    let facts = Dashboard {
        last_modified,
        widget_count: field.of("widget_count", &shown, |it| it.widgets),
        namespaces: field.of("namespaces", &shown, |it| it.namespaces.iter().cloned().collect()),
        shows_alarms: field.of("shows_alarms", &shown, |it| it.alarms),
        dashboard_name: name.clone(),
    };
    let record = Record::new(name, facts).arn(entry.dashboard_arn()).cites_answer(&shown);
    Ok(Cited { value: Some(record), calls: Vec::new() })
}

struct Shown {
    widgets: i64,
    namespaces: BTreeSet<String>,
    alarms: bool,
}

fn shown(body: Option<&str>, calls: Vec<wellproof_model::CallId>) -> Answer<Shown> {
    let widgets = body.and_then(|body| serde_json::from_str::<Value>(body).ok());
    let Some(Value::Array(widgets)) = widgets.map(|mut body| body["widgets"].take()) else {
        return Err(Refusal { calls, ..Refusal::malformed("the body of the dashboard holds no list of widgets") });
    };
    let metrics = widgets.iter().filter_map(|widget| widget["properties"]["metrics"].as_array()).flatten();
    // A row is a list whose first word is the namespace; `.` means the same as in the row above, and `...` that and more.
    let namespaces = metrics.filter_map(|row| row.get(0)?.as_str()).filter(|word| !word.starts_with('.'));
    let value = Shown {
        widgets: i64::try_from(widgets.len()).unwrap_or(i64::MAX),
        namespaces: namespaces.map(str::to_owned).collect(),
        alarms: widgets.iter().any(shows_alarms),
    };
    Ok(Cited { value, calls })
}

fn shows_alarms(widget: &Value) -> bool {
    let annotated = &widget["properties"]["annotations"]["alarms"];
    widget["type"] == "alarm" || annotated.as_array().is_some_and(|alarms| !alarms.is_empty())
}
