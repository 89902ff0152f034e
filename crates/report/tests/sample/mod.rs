//! A document of the real shape, made up: every verdict, every kind of gap, and names that mean harm.

use std::collections::BTreeMap;

use jiff::Timestamp;
use wellproof_answers::document::{
    Agreement, CalledOff, Check, Choice, Citation, Coverage, Disagreement, Document, Fix, GapLine, LensLine, Level,
    LevelBasis, Likeness, PeopleOnChoice, PeopleOnQuestion, PillarLine, PrincipleChoice, PrincipleLine, PullGap,
    Question, ResourceLine, ReviewLine, Risk, RuleLine, RuleOnChoice, ScopeLine, SnapshotLine, Standing, Status,
    SuccessorLine,
};
use wellproof_model::{Denier, GapKind, Suggestion, Verdict};

/// Names that a tag or a resource may carry.
pub(crate) const HOSTILE: [&str; 8] = [
    "<script>document.title='owned'</script>",
    "\"><img src=x onerror=\"document.title='owned'\">",
    "</script><svg onload=alert(1)>",
    "\u{1b}[2J\u{1b}[31mred\u{7}",
    "invoice\u{202e}fdp.exe",
    "first\nsecond\r\n## heading",
    "`code` **bold** [link](https://evil.example) @everyone #1 | cell",
    "zero\u{200b}width\u{feff}\u{2028}line",
];

const ACCOUNTS: [&str; 2] = ["111122223333", "444455556666"];
const REGIONS: [&str; 4] = ["aws-global", "eu-central-1", "eu-west-1", "us-east-1"];

/// A question's title with its choices' titles.
type Asked = (&'static str, &'static [&'static str]);

/// Pillars: id, name, the letters of their questions' numbers, their questions.
const PILLARS: [(&str, &str, &str, &[Asked]); 6] = [
    (
        "operationalExcellence",
        "Operational Excellence",
        "OPS",
        &[
            (
                "How do you implement observability in your workload?",
                &[
                    "Identify key performance indicators",
                    "Implement application telemetry",
                    "Implement distributed tracing",
                ],
            ),
            (
                "How do you mitigate deployment risks?",
                &[
                    "Plan for unsuccessful changes",
                    "Test deployments",
                    "Employ safe deployment strategies",
                    "Automate testing and rollback",
                ],
            ),
            (
                "How do you know that you are ready to support a workload?",
                &[
                    "Ensure personnel capability",
                    "Ensure a consistent review of operational readiness",
                    "Use runbooks to perform procedures",
                ],
            ),
        ],
    ),
    (
        "security",
        "Security",
        "SEC",
        &[
            (
                "How do you securely operate your workload?",
                &[
                    "Separate workloads using accounts",
                    "Secure account root user and properties",
                    "Identify and validate control objectives",
                ],
            ),
            (
                "How do you detect and investigate security events?",
                &[
                    "Configure service and application logging",
                    "Capture logs, findings, and metrics in standardized locations",
                    "Correlate and enrich security alerts",
                    "Initiate remediation for non-compliant resources",
                ],
            ),
            (
                "How do you protect your network resources?",
                &[
                    "Create network layers",
                    "Control traffic flow within your network layers",
                    "Implement inspection-based protection",
                    "Automate network protection",
                ],
            ),
            (
                "How do you protect your compute resources?",
                &[
                    "Perform vulnerability management",
                    "Provision compute from hardened images",
                    "Reduce manual management and interactive access",
                ],
            ),
        ],
    ),
    (
        "reliability",
        "Reliability",
        "REL",
        &[
            (
                "How do you manage service quotas and constraints?",
                &[
                    "Aware of service quotas and constraints",
                    "Manage service quotas across accounts and regions",
                    "Accommodate fixed service quotas and constraints through architecture",
                    "Monitor and manage quotas",
                    "Automate quota management",
                    "Ensure that a sufficient gap exists between the current quotas and the maximum usage to accommodate failover",
                ],
            ),
            (
                "How do you monitor workload resources?",
                &[
                    "Monitor all components for the workload",
                    "Define and calculate metrics",
                    "Send notifications",
                    "Automate responses",
                ],
            ),
            (
                "How do you implement change?",
                &[
                    "Use runbooks for standard activities such as deployment",
                    "Integrate functional testing as part of your deployment",
                    "Deploy using immutable infrastructure",
                ],
            ),
        ],
    ),
    (
        "performance",
        "Performance Efficiency",
        "PERF",
        &[(
            "How do you select and use compute resources in your workload?",
            &[
                "Select the best compute options for your workload",
                "Understand the available compute configuration and features",
                "Collect compute-related metrics",
                "Scale your compute resources dynamically",
            ],
        )],
    ),
    (
        "costOptimization",
        "Cost Optimization",
        "COST",
        &[
            (
                "How do you govern usage?",
                &[
                    "Develop policies based on your organization requirements",
                    "Implement goals and targets",
                    "Implement an account structure",
                    "Implement groups and roles",
                    "Implement cost controls",
                ],
            ),
            (
                "How do you decommission resources?",
                &[
                    "Track resources over their life time",
                    "Implement a decommissioning process",
                    "Decommission resources",
                ],
            ),
        ],
    ),
    (
        "sustainability",
        "Sustainability",
        "SUS",
        &[(
            "How do you select Regions for your workload?",
            &["Choose Region based on both business requirements and sustainability goals"],
        )],
    ),
];

/// How much of everything, and whether names mean harm.
#[derive(Clone, Copy)]
pub(crate) struct Size {
    pub(crate) resources_per_rule: usize,
    pub(crate) rules_per_choice: usize,
    pub(crate) calls: usize,
    pub(crate) gaps: usize,
    /// Each choice stands this many times, so that a lens of 57 questions can be had.
    pub(crate) repeat: usize,
}

/// A small review: what the snapshots show.
pub(crate) fn small() -> Document {
    document(Size { resources_per_rule: 4, rules_per_choice: 1, calls: 12, gaps: 6, repeat: 1 })
}

/// A review of an account with 100,000 resources, under as many rules as will ever be.
#[allow(dead_code, reason = "each test takes what it needs")]
pub(crate) fn large() -> Document {
    document(Size { resources_per_rule: 200, rules_per_choice: 2, calls: 20_000, gaps: 900, repeat: 5 })
}

fn at(second: usize) -> Timestamp {
    Timestamp::from_second(1_763_604_000 + i64::try_from(second).unwrap()).unwrap()
}

fn citation(number: usize) -> Citation {
    const OPERATIONS: [(&str, &str); 6] = [
        ("ec2", "DescribeInstances"),
        ("servicequotas", "ListServiceQuotas"),
        ("monitoring", "DescribeAlarms"),
        ("guardduty", "ListDetectors"),
        ("cloudtrail", "GetTrailStatus"),
        ("config", "DescribeConfigurationRecorders"),
    ];
    let (service, operation) = OPERATIONS[number % OPERATIONS.len()];
    Citation {
        call: format!("c-{:016x}", 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(number as u64 + 1)),
        service: service.to_owned(),
        operation: operation.to_owned(),
        account: ACCOUNTS[number / 5 % 2].to_owned(),
        region: REGIONS[number % 4].to_owned(),
        at: at(number),
        request_id: (!number.is_multiple_of(7)).then(|| format!("7a62c49f-347e-4fc4-9331-{number:012x}")),
        sha256: format!("{:064x}", number as u128 * 0x1234_5678_9abc_def0_1234_5678),
    }
}

fn hostile(number: usize) -> Option<&'static str> {
    (number % 3 == 1).then(|| HOSTILE[number / 3 % HOSTILE.len()])
}

fn resource(number: usize, verdict: Verdict, calls: usize) -> ResourceLine {
    const KINDS: [&str; 4] =
        ["AWS::EC2::Instance", "AWS::ServiceQuotas::Quota", "AWS::GuardDuty::Detector", "AWS::EC2::SecurityGroup"];
    let id = hostile(number).map_or_else(|| format!("i-{number:017x}"), str::to_owned);
    let account = ACCOUNTS[number % 2];
    let region = REGIONS[1 + number % 3];
    ResourceLine {
        kind: KINDS[number % 4].to_owned(),
        arn: number.is_multiple_of(2).then(|| format!("arn:aws:ec2:{region}:{account}:instance/{id}")),
        id,
        account: account.to_owned(),
        region: region.to_owned(),
        verdict,
        calls: (0..=(number % 2)).map(|extra| citation((number * 3 + extra) % calls).call).collect(),
    }
}

fn rule_id(number: usize, nth: usize) -> String {
    const NAMES: [&str; 5] = [
        "quotas-in-use-have-a-usage-alarm",
        "guardduty-enabled-in-every-region",
        "ec2-untagged-outside-cloudformation",
        "trail-is-multi-region-and-logging",
        "security-groups-keep-admin-ports-closed",
    ];
    let name = NAMES[(number + nth) % NAMES.len()];
    if number < NAMES.len() && nth == 0 { name.to_owned() } else { format!("{name}-{number}-{nth}") }
}

struct Numbers {
    failed: u64,
    passed: u64,
    unknown: u64,
    verdict: Verdict,
}

fn numbers(verdict: Suggestion, judged: u64) -> Numbers {
    let (failed, unknown, verdict) = match verdict {
        Suggestion::NotMet | Suggestion::Partial => (judged.div_ceil(2), judged / 4, Verdict::Fail),
        Suggestion::NotProven => (0, judged.div_ceil(3), Verdict::Unknown),
        Suggestion::Met | Suggestion::NotApplicable => (0, 0, Verdict::Pass),
    };
    Numbers { failed, passed: judged - failed - unknown, unknown, verdict }
}

fn rules(number: usize, verdict: Suggestion, size: &Size) -> Vec<RuleOnChoice> {
    (0..size.rules_per_choice)
        .map(|nth| {
            let listed = size.resources_per_rule;
            let left_out = if listed < 100 { 0 } else { 99_800 };
            let Numbers { failed, passed, unknown, verdict } = numbers(verdict, listed as u64 + left_out);
            let resources = (0..listed as u64)
                .map(|place| {
                    let verdict = if place < failed {
                        Verdict::Fail
                    } else if place < failed + unknown {
                        Verdict::Unknown
                    } else {
                        Verdict::Pass
                    };
                    resource(number * 7 + nth + usize::try_from(place).unwrap() * 5, verdict, size.calls)
                })
                .collect();
            RuleOnChoice {
                id: rule_id(number, nth),
                verdict,
                weight: match verdict {
                    Verdict::Fail => "refutes",
                    Verdict::Pass => "proves",
                    _ => "nothing",
                }
                .to_owned(),
                passed,
                failed,
                unknown,
                not_judged: number as u64 % 3,
                resources,
                resources_left_out: left_out,
            }
        })
        .collect()
}

fn choice(number: usize, title: &str, label: &str, size: &Size) -> Choice {
    let judged = number % 5 < 3;
    let verdict = match number % 5 {
        _ if number % 11 == 10 => Suggestion::NotApplicable,
        1 => Suggestion::Partial,
        2 if number.is_multiple_of(2) => Suggestion::Met,
        0 | 2 => Suggestion::NotMet,
        _ => Suggestion::NotProven,
    };
    let rules = if judged || number % 9 == 4 { rules(number, verdict, size) } else { Vec::new() };
    let cited = if rules.is_empty() { 0 } else { (3 + number % 3) * if size.calls > 100 { 10 } else { 1 } };
    let citations: BTreeMap<String, Citation> = (0..cited)
        .map(|place| citation((number * 31 + place * 7) % size.calls))
        .map(|one| (one.call.clone(), one))
        .collect();
    let note = match verdict {
        Suggestion::NotMet => format!(
            "quotas not monitored: 12 of 15 quotas in use have no usage alarm; closest to its limit: {} at 83 % in eu-central-1.",
            hostile(number).unwrap_or("Running On-Demand Standard instances")
        ),
        Suggestion::Partial => "GuardDuty is on in 2 of 3 regions; its findings go to nobody.".to_owned(),
        Suggestion::Met => "all 15 quotas in use that have a usage metric are alarmed.".to_owned(),
        _ => String::new(),
    };
    Choice {
        id: format!(
            "{}_{}_{number}",
            label.split(' ').next().unwrap().to_lowercase(),
            title.split(' ').take(3).collect::<Vec<_>>().join("_").to_lowercase()
        ),
        number: Some(format!("{}-BP{:02}", label.replace(' ', "0"), number % 10 + 1)),
        title: title.to_owned(),
        level: [Some(Level::High), Some(Level::Medium), Some(Level::Low), None][number % 4],
        level_basis: [LevelBasis::Published, LevelBasis::Observed, LevelBasis::Published, LevelBasis::Unpublished]
            [number % 4],
        succeeded_by: (number % 7 == 3).then(|| SuccessorLine {
            question: "manage-service-limits".to_owned(),
            choice: "rel_manage_service_limits_monitor_manage_limits".to_owned(),
            title: "Monitor and manage quotas".to_owned(),
            basis: Likeness::Successor,
        }),
        url: Some(
            "https://docs.aws.amazon.com/wellarchitected/latest/framework/rel_manage_service_limits.html".to_owned(),
        ),
        negative: number == 15,
        people: None,
        checks: Vec::new(),
        verdict,
        reason: match verdict {
            Suggestion::NotMet => format!("{} fails and refutes it", rule_id(number, 0)),
            Suggestion::Partial => "a weakening rule fails".to_owned(),
            Suggestion::Met => "a proving rule passes".to_owned(),
            Suggestion::NotProven if rules.is_empty() => "needs a person".to_owned(),
            Suggestion::NotProven => "DescribeAlarms was denied in us-east-1".to_owned(),
            Suggestion::NotApplicable => "there is no EC2 instance".to_owned(),
        },
        note,
        ask: (verdict == Suggestion::NotProven)
            .then(|| "Who looks at the quotas, how often, and what did they do last time?".to_owned()),
        hint: (verdict == Suggestion::NotProven && number.is_multiple_of(2))
            .then(|| "3 quota increases were asked for in the last year.".to_owned()),
        rules,
        citations: citations.into_values().collect(),
        citations_left_out: if size.calls > 100 && cited > 0 { 1_234 } else { 0 },
    }
}

fn question(number: usize, pillar: &str, label: &str, title: &str, choices: Vec<Choice>) -> Question {
    let predicted_risk =
        [Risk::High, Risk::Undetermined, Risk::Medium, Risk::Undetermined, Risk::None, Risk::Unanswered][number % 6];
    let notes: Vec<String> =
        choices.iter().filter(|choice| !choice.note.is_empty()).map(|choice| choice.note.clone()).collect();
    Question {
        id: title.trim_end_matches('?').to_lowercase().replace(' ', "-"),
        number: label.to_owned(),
        title: title.to_owned(),
        pillar: pillar.to_owned(),
        note: if notes.is_empty() { String::new() } else { format!("{label}: {}", notes.join(" ")) },
        notes_left_out: number as u64 % 2,
        predicted_risk,
        risk_range: match predicted_risk {
            Risk::High => [Risk::High, Risk::High],
            Risk::Undetermined | Risk::Unanswered => [Risk::None, Risk::High],
            other => [Risk::None, other],
        },
        risk_basis: "published levels".to_owned(),
        people: None,
        choices,
    }
}

fn coverage<'a>(choices: impl Iterator<Item = &'a Choice>) -> Coverage {
    let mut coverage = Coverage::default();
    for choice in choices {
        coverage.choices += 1;
        coverage.judged += u64::from(!choice.rules.is_empty());
        match choice.verdict {
            Suggestion::Met => coverage.met += 1,
            Suggestion::NotMet => coverage.not_met += 1,
            Suggestion::Partial => coverage.partial += 1,
            Suggestion::NotProven => coverage.not_proven += 1,
            Suggestion::NotApplicable => coverage.not_applicable += 1,
        }
    }
    coverage
}

fn gap(number: usize) -> GapLine {
    let kind =
        [GapKind::Denied, GapKind::Throttled, GapKind::Failed, GapKind::OverBudget, GapKind::NotAsked][number % 5];
    GapLine {
        id: format!("g-{number:016x}"),
        unit: format!("guardduty/{}/{}", ACCOUNTS[number % 2], REGIONS[1 + number % 3]),
        what: "AWS::GuardDuty::Detector".to_owned(),
        kind,
        message: match kind {
            GapKind::Denied => "User: arn:aws:sts::111122223333:assumed-role/Audit/scan is not authorized to perform: guardduty:ListDetectors",
            GapKind::Throttled => "Rate exceeded",
            GapKind::Failed => "\u{1b}]0;owned\u{7}An internal error occurred",
            GapKind::OverBudget => "the budget of 400 LookupEvents requests was used up",
            GapKind::NotAsked => "the unit was interrupted",
        }
        .to_owned(),
        denied_by: (kind == GapKind::Denied).then_some(Denier::ServiceControlPolicy),
        actions: if kind == GapKind::Denied { vec!["guardduty:ListDetectors".to_owned(), "guardduty:GetDetector".to_owned()] } else { Vec::new() },
    }
}

fn rule_lines(questions: &[Question], gaps: &[GapLine]) -> BTreeMap<String, RuleLine> {
    let on = questions.iter().flat_map(|question| &question.choices).flat_map(|choice| &choice.rules);
    on.map(|rule| {
        let line = RuleLine {
            title: "Every quota in use that has a usage metric has an alarm on it".to_owned(),
            fix: Some("Alarm on the AWS/Usage metric of each quota at 80 % with SERVICE_QUOTA().".to_owned()),
            basis: "REL01-BP04".to_owned(),
            verdict: rule.verdict,
            passed: rule.passed,
            failed: rule.failed,
            unknown: rule.unknown,
            not_judged: rule.not_judged,
            accounts: Vec::new(),
            regions: Vec::new(),
            note: Some("12 of 15 quotas in use have no usage alarm.".to_owned()),
            gaps: if rule.unknown > 0 { gaps.iter().take(2).map(|gap| gap.id.clone()).collect() } else { Vec::new() },
        };
        (rule.id.clone(), line)
    })
    .collect()
}

fn pillar_line(id: &str, name: &str, questions: &[Question]) -> PillarLine {
    let of = || questions.iter().filter(|question| question.pillar == id);
    let mut risks = BTreeMap::new();
    for question in of() {
        *risks.entry(question.predicted_risk).or_default() += 1;
    }
    PillarLine {
        id: id.to_owned(),
        name: name.to_owned(),
        coverage: coverage(of().flat_map(|question| &question.choices)),
        risks,
    }
}

/// Principles: id, title, what it asks for, AWS's title.
const PRINCIPLES: [(&str, &str, &str, &str); 3] = [
    ("on-demand", "Take resources on demand", "Nothing idle is paid for.", "Stop guessing your capacity needs"),
    (
        "automate",
        "Automate everything",
        "Nothing is done by hand.",
        "Automate with architectural experimentation in mind",
    ),
    ("facts", "Let facts close the loop", "Measures decide what is done next.", "Drive architectures using data"),
];

/// A principle for which every fourth choice speaks, or fewer, from the `place`th on.
fn principle_line(place: usize, questions: &[Question]) -> PrincipleLine {
    let all = questions.iter().flat_map(|question| question.choices.iter().map(move |choice| (question, choice)));
    let speak: Vec<_> = all.skip(place).step_by(4 + place).filter(|(_, choice)| !choice.negative).collect();
    let selected = speak
        .iter()
        .filter(|(_, choice)| choice.people.as_ref().is_some_and(|people| people.status == Status::Selected));
    let (id, title, asks, aws) = PRINCIPLES[place];
    PrincipleLine {
        id: id.to_owned(),
        title: title.to_owned(),
        asks: asks.to_owned(),
        aws: aws.to_owned(),
        url: "https://docs.aws.amazon.com/wellarchitected/latest/framework/general-design-principles.html".to_owned(),
        coverage: coverage(speak.iter().map(|(_, choice)| *choice)),
        selected: Some(selected.count() as u64),
        choices: speak
            .iter()
            .map(|(question, choice)| PrincipleChoice {
                question: question.id.clone(),
                choice: choice.id.clone(),
                number: choice.number.clone(),
                verdict: choice.verdict,
            })
            .collect(),
    }
}

/// What Trusted Advisor says of a choice, in two accounts.
fn advisor(question: &str, choice: &str, number: usize) -> Vec<Check> {
    let check = |status: &str, account: &str| Check {
        question: question.to_owned(),
        choice: choice.to_owned(),
        id: "eW7HH0l7J9".to_owned(),
        name: hostile(number).unwrap_or("Service limits").to_owned(),
        account: account.to_owned(),
        status: status.to_owned(),
        flagged_resources: (status == "WARNING").then_some(3),
        reason: (status == "FETCH_FAILED").then(|| "ACCESS_DENIED".to_owned()),
        updated_at: Some("2026-11-19T12:00:00Z".to_owned()),
        request_id: Some("7d2b1c9e-0000-4000-8000-000000000001".to_owned()),
        sha256: Some("5e".repeat(32)),
    };
    vec![check(["OKAY", "WARNING"][number % 2], "111122223333"), check("FETCH_FAILED", "444455556666")]
}

/// What people answered to every third choice, and what comes of it.
fn review(questions: &mut [Question]) -> ReviewLine {
    let mut line = ReviewLine {
        source: "report <b>2020</b>.txt".to_owned(),
        sha256: "5e".repeat(32),
        workload: hostile(1).unwrap_or("Render").to_owned(),
        answered: questions.len() as u64,
        missing: vec!["evolve-ops".to_owned()],
        unplaced: 2,
        unknown: vec!["q/<i>no such</i>".to_owned()],
        gaps: vec![PullGap {
            what: hostile(2).unwrap_or("REL 1: check Limits").to_owned(),
            reason: "ACCESS_DENIED".to_owned(),
            message: "the Tool may not read Trusted Advisor in the account".to_owned(),
        }],
        agreement: Agreement { contradicted: 0, undersold: 0, confirmed: 3, unproven: 4 },
        contradicted: Vec::new(),
        undersold: Vec::new(),
        called_off: Vec::new(),
    };
    for question in questions.iter_mut() {
        for choice in question.choices.iter_mut().step_by(3) {
            let disagreement = Disagreement {
                question: question.id.clone(),
                number: question.number.clone(),
                choice: choice.id.clone(),
                title: choice.title.clone(),
                level: choice.level,
                negative: choice.negative,
                note: choice.note.clone(),
                citations: choice.citations.clone(),
                citations_left_out: choice.citations_left_out,
            };
            let stand = match choice.verdict {
                Suggestion::NotMet if line.contradicted.len() < 4 => {
                    line.agreement.contradicted += 1;
                    line.contradicted.push(disagreement);
                    Standing::Contradicted
                }
                Suggestion::Met if line.undersold.len() < 2 => {
                    line.agreement.undersold += 1;
                    line.undersold.push(disagreement);
                    Standing::Undersold
                }
                _ => continue,
            };
            let said = if stand == Standing::Contradicted { Status::Selected } else { Status::Unselected };
            let notes = hostile(line.contradicted.len()).unwrap_or("we look at it every week").to_owned();
            choice.checks = advisor(&question.id, &choice.id, line.contradicted.len());
            choice.people = Some(PeopleOnChoice { status: said, notes, reason: String::new(), stand: Some(stand) });
        }
    }
    if let Some(question) = questions.last_mut() {
        let people = PeopleOnQuestion {
            risk: Some(Risk::NotApplicable),
            applicable: false,
            notes: "no data here".to_owned(),
            reason: "OUT_OF_SCOPE".to_owned(),
        };
        question.people = Some(people);
        line.called_off.push(CalledOff {
            question: question.id.clone(),
            number: question.number.clone(),
            title: question.title.clone(),
            reason: "OUT_OF_SCOPE".to_owned(),
            resources: 1_204,
            types: vec!["AWS::EC2::Volume".to_owned(), "AWS::EC2::Snapshot".to_owned()],
            rules: vec![rule_id(0, 0)],
            note: question.note.clone(),
            citations: vec![citation(0)],
        });
    }
    line
}

/// A document of that size.
pub(crate) fn document(size: Size) -> Document {
    let mut questions = Vec::new();
    let mut number = 0;
    for (pillar, _, short, asked) in PILLARS {
        for (place, (title, titles)) in asked.iter().enumerate() {
            let label = format!("{short} {}", place + 1);
            let choices = titles
                .iter()
                .cycle()
                .take(titles.len() * size.repeat)
                .map(|title| {
                    let made = choice(number, title, &label, &size);
                    number += 1;
                    made
                })
                .collect();
            questions.push(question(questions.len(), pillar, &label, title, choices));
        }
    }
    let gaps: Vec<GapLine> = (0..size.gaps).map(gap).collect();
    let review = review(&mut questions);
    Document {
        schema: Document::SCHEMA.to_owned(),
        lens: LensLine {
            id: "wellarchitected".to_owned(),
            name: "AWS Well-Architected Framework".to_owned(),
            edition: "2024-11".to_owned(),
        },
        snapshot: SnapshotLine {
            digest: format!("sha256:{}", "3f".repeat(32)),
            verified: true,
            unfinished: false,
            damaged: false,
            accounts: ACCOUNTS.map(str::to_owned).to_vec(),
            regions: REGIONS.map(str::to_owned).to_vec(),
            regions_not_scanned: Some(vec!["ap-south-1".to_owned(), "sa-east-1".to_owned()]),
            collected_at: at(0),
            caller: "arn:aws:sts::111122223333:assumed-role/Audit/scan".to_owned(),
            gaps: gaps.len() as u64,
            resources: if size.resources_per_rule > 100 { 100_000 } else { 1_234 },
            calls: size.calls as u64,
            tool_version: "0.1.0".to_owned(),
        },
        scope: ScopeLine {
            sentence: "The workload is what carries env=prod in 2 accounts, as seen in 3 of 5 enabled regions."
                .to_owned(),
            workload: Some("Web shop".to_owned()),
            out_of_scope: 321,
            exclusions: vec!["AWS::EC2::Instance i-0bad: a test bed until May".to_owned()],
        },
        coverage: coverage(questions.iter().flat_map(|question| &question.choices)),
        pillars: PILLARS.iter().map(|(id, name, ..)| pillar_line(id, name, &questions)).collect(),
        principles: (0..PRINCIPLES.len()).map(|place| principle_line(place, &questions)).collect(),
        fix_first: vec![
            Fix {
                rules: vec![rule_id(0, 0)],
                fix: "Alarm on the AWS/Usage metric of each quota at 80 % with SERVICE_QUOTA().".to_owned(),
                lowers: vec!["REL 1".to_owned(), "OPS 1".to_owned()],
                high_risks_left: 2,
            },
            Fix {
                rules: vec![rule_id(1, 0), "not-listed-rule".to_owned()],
                fix: "Turn GuardDuty on in every enabled region through its delegated administrator.".to_owned(),
                lowers: vec!["SEC 2".to_owned()],
                high_risks_left: 1,
            },
        ],
        review: Some(review),
        rules: rule_lines(&questions, &gaps),
        calls: (0..size.calls).map(citation).map(|one| (one.call.clone(), one)).collect(),
        questions,
        gaps,
    }
}
