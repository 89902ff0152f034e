"""The Well-Architected Tool as boto3 sees it, for tests: `tool.py URL REGION OPERATION PARAMETERS` prints a reply.

`look` prints every answer of every workload, and its milestones.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import boto3


def look(client: Any) -> dict[str, Any]:
    """Workloads by name: milestones, and the answers to each lens by question."""
    pages = client.get_paginator("list_workloads") if client.can_paginate("list_workloads") else None
    workloads = pages.paginate() if pages else [client.list_workloads()]
    return {
        summary["WorkloadName"]: {
            "milestones": milestones(client, summary["WorkloadId"]),
            "lenses": {alias: answers(client, summary["WorkloadId"], alias) for alias in summary["Lenses"]},
        }
        for page in workloads
        for summary in page["WorkloadSummaries"]
    }


def milestones(client: Any, workload: str) -> list[str]:
    """The names of a workload's milestones, the first first."""
    told = client.list_milestones(WorkloadId=workload)["MilestoneSummaries"]
    return [milestone["MilestoneName"] for milestone in told]


def answers(client: Any, workload: str, alias: str) -> dict[str, Any]:
    """Every answer to a lens, with the status and the notes of every choice."""
    of_lens = {"WorkloadId": workload, "LensAlias": alias}
    questions: list[str] = []
    token: dict[str, str] = {}
    while True:
        page = client.list_answers(**of_lens, **token)
        questions += [summary["QuestionId"] for summary in page["AnswerSummaries"]]
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    return {question: answer(client.get_answer(**of_lens, QuestionId=question)["Answer"]) for question in questions}


def answer(told: dict[str, Any]) -> dict[str, Any]:
    """One answer as tests compare it."""
    said = {choice["ChoiceId"]: choice for choice in told["ChoiceAnswers"]}
    unsaid = {"Status": "UNSELECTED"}
    return {
        "applicable": told["IsApplicable"],
        "reason": told.get("Reason", ""),
        "notes": told.get("Notes", ""),
        "risk": told.get("Risk"),
        "choices": {
            choice["ChoiceId"]: {
                "status": said.get(choice["ChoiceId"], unsaid)["Status"],
                "reason": said.get(choice["ChoiceId"], unsaid).get("Reason", ""),
                "notes": said.get(choice["ChoiceId"], unsaid).get("Notes", ""),
            }
            for choice in told["Choices"]
        },
    }


def main() -> None:
    """Asks what the command line says."""
    url, region, operation, said = sys.argv[1:]
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    client = boto3.client("wellarchitected", endpoint_url=url, region_name=region, **keys)
    parameters = json.loads(said)
    reply = look(client) if operation == "look" else getattr(client, operation)(**parameters)
    print(json.dumps(reply, default=str))


main()
