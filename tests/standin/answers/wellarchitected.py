"""The Well-Architected Tool, of which moto has nothing: everything is told out of `tool`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from ..request import Call
from ..tool import checks, record, store
from ..tool.lenses import Choice, Lens, Question
from ..tool.record import Given
from ..tool.risk import counts, risk
from ..tool.store import Milestone, Region, Review, Template, Workload
from ..world import World
from . import Answer, answers

Params: TypeAlias = dict[str, Any]
MOST_LENSES_IN_A_CALL = 10

_WORKLOAD_FIELDS = (
    "WorkloadName",
    "Description",
    "Environment",
    "AccountIds",
    "AwsRegions",
    "NonAwsRegions",
    "PillarPriorities",
    "ArchitecturalDesign",
    "ReviewOwner",
    "IsReviewOwnerUpdateAcknowledged",
    "IndustryType",
    "Industry",
    "Notes",
    "ImprovementStatus",
    "DiscoveryConfig",
    "Applications",
    "Tags",
)


def tells(operation: str) -> Callable[[Callable[[Region, Params], Answer]], Callable[[Region, Params], Answer]]:
    """Registers what answers an operation of the Tool. One request is answered at a time, and one with a token once."""

    def register(handler: Callable[[Region, Params], Answer]) -> Callable[[Region, Params], Answer]:
        @answers("wellarchitected", operation)
        def answer(world: World, call: Call) -> Answer:
            assert world.tool is not None
            with world.tool.lock:
                region = world.tool.region(call.region)
                if "ClientRequestToken" not in call.params:
                    return handler(region, call.params)
                return region.once(operation, call.params, lambda: handler(region, call.params))

        return handler

    return register


@tells("CreateWorkload")
def create_workload(region: Region, params: Params) -> Answer:
    """Lenses and answers of a review template come beside those that are asked for."""
    if not params.get("AwsRegions") and not params.get("NonAwsRegions"):
        raise record.invalid("AwsRegions", "Either AwsRegions, NonAwsRegions, or both must be specified.")
    if "ReviewOwner" not in params:
        raise record.invalid("ReviewOwner", "ReviewOwner must be specified.")
    templates = [_template(region, arn) for arn in params.get("ReviewTemplateArns", [])]
    fields = {name: params[name] for name in _WORKLOAD_FIELDS if name in params}
    fields.setdefault("ImprovementStatus", "NOT_APPLICABLE")
    for template in templates:
        fields.setdefault("Notes", template.fields.get("Notes", ""))
    applied = [review.lens.alias for template in templates for review in template.reviews.values()]
    workload = region.create_workload(fields, [*params["Lenses"], *applied])
    for template in templates:
        workload.reviews |= {alias: store.begun(review, workload.updated) for alias, review in template.reviews.items()}
    return {"WorkloadId": workload.id, "WorkloadArn": workload.arn}


@tells("GetWorkload")
def get_workload(region: Region, params: Params) -> Answer:
    """A workload as it is now."""
    return {"Workload": _workload(region, region.workload(params["WorkloadId"]))}


@tells("ListWorkloads")
def list_workloads(region: Region, params: Params) -> Answer:
    """All workloads in the order in which they were made."""
    prefix = params.get("WorkloadNamePrefix", "")
    found = (workload for workload in region.workloads.values() if workload.fields["WorkloadName"].startswith(prefix))
    return {"WorkloadSummaries": [_workload_summary(region, workload) for workload in found]}


@tells("UpdateWorkload")
def update_workload(region: Region, params: Params) -> Answer:
    """Changes what is given and leaves the rest."""
    workload = region.workload(params["WorkloadId"])
    if "WorkloadName" in params:
        region.hold_name(params["WorkloadName"], but=workload)
    workload.fields |= {name: params[name] for name in _WORKLOAD_FIELDS if name in params}
    workload.updated = region.tool.tick()
    return {"Workload": _workload(region, workload)}


@tells("DeleteWorkload")
def delete_workload(region: Region, params: Params) -> Answer:
    """Its milestones go with it."""
    del region.workloads[region.workload(params["WorkloadId"]).id]
    return {}


@tells("AssociateLenses")
def associate(region: Region, params: Params) -> Answer:
    """Applies lenses; one that is applied already stays as it is."""
    workload = region.workload(params["WorkloadId"])
    region.apply(workload, _few(params["LensAliases"]), "LensAliases")
    return {}


@tells("DisassociateLenses")
def disassociate(region: Region, params: Params) -> Answer:
    """Takes lenses away with their answers, but for the framework."""
    workload = region.workload(params["WorkloadId"])
    aliases = _few(params["LensAliases"])
    if any(region.review(workload, asked).lens.alias == "wellarchitected" for asked in aliases):
        raise record.invalid("LensAliases", "The lens wellarchitected cannot be removed from a workload.")
    region.remove(workload, aliases)
    return {}


@tells("ListLensReviews")
def list_lens_reviews(region: Region, params: Params) -> Answer:
    """The lenses of a workload, with how many questions have which risk."""
    workload = region.workload(params["WorkloadId"], params.get("MilestoneNumber"))
    summaries = [_review(region, review) for review in workload.reviews.values()]
    return {**_origin(params), "LensReviewSummaries": summaries}


@tells("GetLensReview")
def get_lens_review(region: Region, params: Params) -> Answer:
    """One of them, with its pillars."""
    review = _asked_review(region, params)
    return {**_origin(params), "LensReview": _review_with_pillars(region, review)}


@tells("UpdateLensReview")
def update_lens_review(region: Region, params: Params) -> Answer:
    """Changes the notes of a lens and of its pillars."""
    workload = region.workload(params["WorkloadId"])
    review = region.review(workload, params["LensAlias"])
    for pillar in params.get("PillarNotes", {}):
        _hold_pillar(review.lens, pillar, "PillarNotes")
    review.notes = params.get("LensNotes", review.notes)
    review.pillar_notes |= params.get("PillarNotes", {})
    review.updated = workload.updated = region.tool.tick()
    return {"WorkloadId": workload.id, "LensReview": _review_with_pillars(region, review)}


@tells("ListAnswers")
def list_answers(region: Region, params: Params) -> Answer:
    """The questions of a lens or of one pillar. Nothing has a priority, for workloads have no profiles here."""
    review = _asked_review(region, params)
    summaries = [
        {**_answer_summary(question, review.given(question.id)), "Risk": risk(question, review.given(question.id))}
        for question in _questions(review, params)
        if params.get("QuestionPriority") != "PRIORITIZED"
    ]
    return {**_origin(params), **_lens_names(review), "AnswerSummaries": summaries}


@tells("GetAnswer")
def get_answer(region: Region, params: Params) -> Answer:
    """One answer, now or at a milestone."""
    review = _asked_review(region, params)
    return {**_origin(params), **_lens_names(review), "Answer": _answer(review, params["QuestionId"])}


@tells("UpdateAnswer")
def update_answer(region: Region, params: Params) -> Answer:
    """Changes one answer, and tells what it is now."""
    review = region.update_answer(region.workload(params["WorkloadId"]), params)
    return {**_origin(params), **_lens_names(review), "Answer": _answer(review, params["QuestionId"])}


@tells("CreateMilestone")
def create_milestone(region: Region, params: Params) -> Answer:
    """Keeps the workload as it is now."""
    workload = region.workload(params["WorkloadId"])
    milestone = region.record_milestone(workload, params["MilestoneName"])
    return {"WorkloadId": workload.id, "MilestoneNumber": milestone.number}


@tells("ListMilestones")
def list_milestones(region: Region, params: Params) -> Answer:
    """All milestones of a workload, the first first."""
    workload = region.workload(params["WorkloadId"])
    summaries = [
        {**_milestone(milestone), "WorkloadSummary": _workload_summary(region, milestone.workload)}
        for milestone in workload.milestones
    ]
    return {"WorkloadId": workload.id, "MilestoneSummaries": summaries}


@tells("GetMilestone")
def get_milestone(region: Region, params: Params) -> Answer:
    """One of them, with the workload as it was."""
    workload = region.workload(params["WorkloadId"])
    milestone = region.milestone(workload, params["MilestoneNumber"])
    told = {**_milestone(milestone), "Workload": _workload(region, milestone.workload)}
    return {"WorkloadId": workload.id, "Milestone": told}


@tells("CreateReviewTemplate")
def create_template(region: Region, params: Params) -> Answer:
    """A template without answers."""
    fields = {name: params[name] for name in ("TemplateName", "Description", "Notes", "Tags") if name in params}
    template = Template(region.arn(f"review-template/{region.new_id('template')}"), fields, region.tool.time)
    region.apply(template, params["Lenses"], "Lenses")
    region.templates[template.arn] = template
    return {"TemplateArn": template.arn}


@tells("GetReviewTemplate")
def get_template(region: Region, params: Params) -> Answer:
    """One template."""
    return {"ReviewTemplate": _template_told(_template(region, params["TemplateArn"]))}


@tells("ListReviewTemplates")
def list_templates(region: Region, _params: Params) -> Answer:
    """All templates in the order in which they were made."""
    left_out = ("Notes", "QuestionCounts", "Tags")
    told = map(_template_told, region.templates.values())
    return {"ReviewTemplates": [{key: one[key] for key in one if key not in left_out} for one in told]}


@tells("UpdateReviewTemplate")
def update_template(region: Region, params: Params) -> Answer:
    """Changes what is given and leaves the rest."""
    template = _template(region, params["TemplateArn"])
    removed = [region.review(template, asked).lens.alias for asked in params.get("LensesToDisassociate", [])]
    region.apply(template, params.get("LensesToAssociate", []), "LensesToAssociate")
    region.remove(template, removed)
    template.fields |= {name: params[name] for name in ("TemplateName", "Description", "Notes") if name in params}
    return {"ReviewTemplate": _template_told(template)}


@tells("DeleteReviewTemplate")
def delete_template(region: Region, params: Params) -> Answer:
    """Workloads that began with it keep what they have."""
    del region.templates[_template(region, params["TemplateArn"]).arn]
    return {}


@tells("GetReviewTemplateLensReview")
def get_template_review(region: Region, params: Params) -> Answer:
    """A lens of a template, with how many questions are answered."""
    review = region.review(_template(region, params["TemplateArn"]), params["LensAlias"])
    pillars = [
        {
            "PillarId": pillar.id,
            "PillarName": pillar.name,
            **_notes(review.pillar_notes.get(pillar.id, "")),
            "QuestionCounts": counts(_status(question, review) for question in pillar.questions),
        }
        for pillar in review.lens.pillars
    ]
    told = {key: value for key, value in _review(region, review).items() if key != "RiskCounts"}
    told |= {"PillarReviewSummaries": pillars, **_notes(review.notes), "QuestionCounts": _template_counts([review])}
    return {"TemplateArn": params["TemplateArn"], "LensReview": told}


@tells("ListReviewTemplateAnswers")
def list_template_answers(region: Region, params: Params) -> Answer:
    """The questions of a template's lens or of one pillar."""
    review = region.review(_template(region, params["TemplateArn"]), params["LensAlias"])
    summaries = [
        {**_answer_summary(question, review.given(question.id)), "AnswerStatus": _status(question, review)}
        for question in _questions(review, params)
    ]
    return {"TemplateArn": params["TemplateArn"], "LensAlias": review.lens.alias, "AnswerSummaries": summaries}


@tells("GetReviewTemplateAnswer")
def get_template_answer(region: Region, params: Params) -> Answer:
    """One answer of a template."""
    review = region.review(_template(region, params["TemplateArn"]), params["LensAlias"])
    return _template_answer(review, params)


@tells("UpdateReviewTemplateAnswer")
def update_template_answer(region: Region, params: Params) -> Answer:
    """Changes one answer of a template, as UpdateAnswer does one of a workload."""
    return _template_answer(region.update_answer(_template(region, params["TemplateArn"]), params), params)


@tells("ListLenses")
def list_lenses(region: Region, params: Params) -> Answer:
    """AWS's lenses and the account's own, published ones unless drafts are asked for."""
    wanted = params.get("LensStatus", "PUBLISHED")
    summaries = [
        _lens_summary(region, lens)
        for lens in region.lenses()
        if wanted in ("ALL", "DRAFT" if lens.draft else "PUBLISHED") and params.get("LensName", lens.name) == lens.name
    ]
    kind = params.get("LensType")
    return {"LensSummaries": [summary for summary in summaries if kind in (None, summary["LensType"])]}


@tells("GetLens")
def get_lens(region: Region, params: Params) -> Answer:
    """One lens."""
    lens = region.lens(params["LensAlias"], params.get("LensVersion"))
    owner = region.tool.account if lens.custom else "Amazon Web Services"
    told = {"LensArn": lens.arn, "LensVersion": lens.version, "Name": lens.name, "Description": lens.description}
    return {"Lens": {**told, "Owner": owner}}


@tells("ImportLens")
def import_lens(region: Region, params: Params) -> Answer:
    """A draft, which is there at once."""
    lens = region.import_lens(params.get("LensAlias"), params["JSONString"])
    return {"LensArn": lens.arn, "Status": "COMPLETE"}


@tells("CreateLensVersion")
def create_lens_version(region: Region, params: Params) -> Answer:
    """Publishes a draft."""
    lens = region.publish(params["LensAlias"], params["LensVersion"])
    return {"LensArn": lens.arn, "LensVersion": lens.version}


@tells("ListCheckDetails")
def list_check_details(region: Region, params: Params) -> Answer:
    """What Trusted Advisor found for a choice, by check and account; nothing where its integration is off."""
    return {"CheckDetails": [{**row, **_check_place(params)} for row in _check_rows(region, params)]}


@tells("ListCheckSummaries")
def list_check_summaries(region: Region, params: Params) -> Answer:
    """The same by check alone."""
    rows = checks.summaries(_check_rows(region, params))
    return {"CheckSummaries": [{**row, **_check_place(params)} for row in rows]}


def _check_rows(region: Region, params: Params) -> list[dict[str, Any]]:
    workload = region.workload(params["WorkloadId"])
    lens = region.review(workload, params["LensArn"]).lens
    question = lens.question(params["QuestionId"])
    if question is None or question.pillar != params["PillarId"]:
        raise record.invalid("QuestionId", f"The pillar has no question {params['QuestionId']}.")
    if question.choice(params["ChoiceId"]) is None:
        raise record.invalid("ChoiceId", f"Question {question.id} has no choice {params['ChoiceId']}.")
    discovery = workload.fields.get("DiscoveryConfig", {})
    if discovery.get("TrustedAdvisorIntegrationStatus") != "ENABLED":
        return []
    accounts = workload.fields.get("AccountIds") or [region.tool.account]
    return checks.rows(params["ChoiceId"], accounts, region.tool.manners.check_failures, workload.updated)


def _check_place(params: Params) -> dict[str, Any]:
    return {name: params[name] for name in ("LensArn", "PillarId", "QuestionId", "ChoiceId")}


def _few(aliases: list[str]) -> list[str]:
    if len(aliases) > MOST_LENSES_IN_A_CALL:
        raise record.invalid("LensAliases", f"Up to {MOST_LENSES_IN_A_CALL} lenses can be named in a request.")
    return aliases


def _origin(params: Params) -> dict[str, Any]:
    return {name: params[name] for name in ("WorkloadId", "MilestoneNumber") if name in params}


def _lens_names(review: Review) -> dict[str, Any]:
    return {"LensAlias": review.lens.alias, "LensArn": review.lens.arn}


def _asked_review(region: Region, params: Params) -> Review:
    workload = region.workload(params["WorkloadId"], params.get("MilestoneNumber"))
    return region.review(workload, params["LensAlias"])


def _hold_pillar(lens: Lens, pillar_id: str, name: str) -> None:
    if pillar_id not in [pillar.id for pillar in lens.pillars]:
        raise record.invalid(name, f"The lens has no pillar {pillar_id}.")


def _questions(review: Review, params: Params) -> list[Question]:
    if "PillarId" not in params:
        return review.lens.questions
    _hold_pillar(review.lens, params["PillarId"], "PillarId")
    return [question for question in review.lens.questions if question.pillar == params["PillarId"]]


def _notes(notes: str) -> dict[str, str]:
    return {"Notes": notes} if notes else {}


def _risks(review: Review, pillar: str | None = None) -> list[str]:
    asked = (question for question in review.lens.questions if pillar in (None, question.pillar))
    return [risk(question, review.given(question.id)) for question in asked]


def _workload(region: Region, workload: Workload) -> dict[str, Any]:
    return {
        **{name: value for name, value in workload.fields.items() if value not in ("", [])},
        **_workload_summary(region, workload),
    }


def _workload_summary(region: Region, workload: Workload) -> dict[str, Any]:
    return {
        "WorkloadId": workload.id,
        "WorkloadArn": workload.arn,
        "WorkloadName": workload.fields["WorkloadName"],
        "Owner": region.tool.account,
        "UpdatedAt": workload.updated,
        "Lenses": list(workload.reviews),
        "RiskCounts": counts(name for review in workload.reviews.values() for name in _risks(review)),
        "ImprovementStatus": workload.fields.get("ImprovementStatus", "NOT_APPLICABLE"),
    }


def _milestone(milestone: Milestone) -> dict[str, Any]:
    number = {"MilestoneNumber": milestone.number, "MilestoneName": milestone.name}
    return {**number, "RecordedAt": milestone.recorded}


def _review(region: Region, review: Review) -> dict[str, Any]:
    current = region.lens(review.lens.alias).version == review.lens.version
    return {
        **_lens_names(review),
        "LensVersion": review.lens.version,
        "LensName": review.lens.name,
        "LensStatus": "CURRENT" if current else "NOT_CURRENT",
        "UpdatedAt": review.updated,
        "RiskCounts": counts(_risks(review)),
    }


def _review_with_pillars(region: Region, review: Review) -> dict[str, Any]:
    pillars = [
        {
            "PillarId": pillar.id,
            "PillarName": pillar.name,
            **_notes(review.pillar_notes.get(pillar.id, "")),
            "RiskCounts": counts(_risks(review, pillar.id)),
        }
        for pillar in review.lens.pillars
    ]
    return {**_review(region, review), **_notes(review.notes), "PillarReviewSummaries": pillars}


def _choice(choice: Choice) -> dict[str, Any]:
    description = {"Description": choice.description} if choice.description else {}
    return {"ChoiceId": choice.id, "Title": choice.title, **description, **choice.resources}


def _answer_common(question: Question, given: Given) -> dict[str, Any]:
    told: dict[str, Any] = {
        "QuestionId": question.id,
        "PillarId": question.pillar,
        "QuestionTitle": question.title,
        "Choices": [_choice(choice) for choice in question.choices],
        "SelectedChoices": [choice.id for choice in question.choices if given.status(choice.id) == "SELECTED"],
        "IsApplicable": given.applicable,
    }
    return {**told, "Reason": given.reason} if given.reason else told


def _choice_answers(question: Question, given: Given, notes: bool) -> list[dict[str, Any]]:
    """What was said about choices, in the lens's order; of the others nothing is told."""
    told = []
    for choice in question.choices:
        said = given.choices.get(choice.id)
        if said is not None:
            reason = {"Reason": said.reason} if said.reason else {}
            more = _notes(said.notes) if notes else {}
            told.append({"ChoiceId": choice.id, "Status": said.status, **reason, **more})
    return told


def _answer_summary(question: Question, given: Given) -> dict[str, Any]:
    said = _choice_answers(question, given, notes=False)
    return {**_answer_common(question, given), "ChoiceAnswerSummaries": said}


def _found(review: Review, question_id: str) -> Question:
    question = review.lens.question(question_id)
    if question is None:
        raise record.invalid("QuestionId", f"The lens has no question {question_id}.")
    return question


def _full_answer(review: Review, question: Question) -> dict[str, Any]:
    given = review.given(question.id)
    urls = {"HelpfulResourceUrl": question.help_url, "ImprovementPlanUrl": question.plan_url}
    if risk(question, given) == "UNANSWERED":
        del urls["ImprovementPlanUrl"]
    return {
        **_answer_common(question, given),
        **({"QuestionDescription": question.description} if question.description else {}),
        **{name: url for name, url in urls.items() if url},
        "ChoiceAnswers": _choice_answers(question, given, notes=True),
        **_notes(given.notes),
    }


def _answer(review: Review, question_id: str) -> dict[str, Any]:
    question = _found(review, question_id)
    return {**_full_answer(review, question), "Risk": risk(question, review.given(question.id))}


def _template_answer(review: Review, params: Params) -> Answer:
    question = _found(review, params["QuestionId"])
    told = {**_full_answer(review, question), "AnswerStatus": _status(question, review)}
    return {"TemplateArn": params["TemplateArn"], "LensAlias": review.lens.alias, "Answer": told}


def _status(question: Question, review: Review) -> str:
    return "UNANSWERED" if risk(question, review.given(question.id)) == "UNANSWERED" else "ANSWERED"


def _template(region: Region, arn: str) -> Template:
    if arn not in region.templates:
        raise store.not_found("REVIEW_TEMPLATE", arn)
    return region.templates[arn]


def _template_counts(reviews: list[Review]) -> Mapping[str, int]:
    return counts(_status(question, review) for review in reviews for question in review.lens.questions)


def _template_told(template: Template) -> dict[str, Any]:
    return {
        **{name: value for name, value in template.fields.items() if value},
        "TemplateArn": template.arn,
        "Owner": template.arn.split(":")[4],
        "UpdatedAt": template.updated,
        "Lenses": list(template.reviews),
        "QuestionCounts": _template_counts(list(template.reviews.values())),
        "UpdateStatus": "CURRENT",
    }


def _lens_summary(region: Region, lens: Lens) -> dict[str, Any]:
    told = {
        "LensArn": lens.arn,
        "LensName": lens.name,
        "LensType": "CUSTOM_SELF" if lens.custom else "AWS_OFFICIAL",
        "Description": lens.description,
        "LensVersion": lens.version,
        "LensStatus": "CURRENT",
    }
    return {**told, "LensAlias": lens.alias, **({"Owner": region.tool.account} if lens.custom else {})}
