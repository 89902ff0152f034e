"""CloudWatch: metrics as the table `metrics` has them, and alarms of the kinds that moto lacks."""

from __future__ import annotations

import datetime
import re
from typing import Any

from ..errors import ApiError
from ..request import Call
from ..world import Row, World
from . import Answer, amends, answers

_SERVICE_QUOTA = re.compile(r"^SERVICE_QUOTA\((?P<id>\w+)\)$")


@answers("cloudwatch", "ListMetrics")
def list_metrics(world: World, call: Call) -> Answer:
    """The metrics that have data; `recent` ones had some in the last three hours."""
    rows = world.rows("metrics", call.region)
    if "Namespace" in call.params:
        rows = [row for row in rows if row["namespace"] == call.params["Namespace"]]
    if "MetricName" in call.params:
        rows = [row for row in rows if row["name"] == call.params["MetricName"]]
    if "RecentlyActive" in call.params:
        rows = [row for row in rows if row.get("recent", True)]
    for wanted in call.params.get("Dimensions", []):
        rows = [
            row
            for row in rows
            if row["dimensions"].get(wanted["Name"]) == wanted.get("Value")
            or ("Value" not in wanted and wanted["Name"] in row["dimensions"])
        ]
    return {"Metrics": [_metric(row) for row in rows]}


@answers("cloudwatch", "GetMetricData")
def get_metric_data(world: World, call: Call) -> Answer:
    """One series for each query that returns data; a metric that nobody has fed has no points."""
    queries = call.params["MetricDataQueries"]
    if len(queries) > 500:
        raise ApiError("ValidationError", "The number of metric data queries must not exceed 500.")
    start, end = call.params["StartTime"], call.params["EndTime"]
    if start >= end:
        raise ApiError("ValidationError", "The parameter StartTime must be less than the parameter EndTime.")
    newest_first = call.params.get("ScanBy", "TimestampDescending") == "TimestampDescending"
    by_id = {query["Id"]: query for query in queries}
    results = []
    for query in queries:
        if query.get("ReturnData") is False:
            continue
        points = _points(world, call.region, query, by_id, start, end)
        ordered = sorted(points, reverse=newest_first)
        results.append(
            {
                "Id": query["Id"],
                "Label": query.get("Label", _label(query)),
                "Timestamps": [moment for moment, _ in ordered],
                "Values": [value for _, value in ordered],
                "StatusCode": "Complete",
            }
        )
    return {"MetricDataResults": results, "Messages": []}


@amends("cloudwatch", "DescribeAlarms")
def alarms(world: World, call: Call, answer: Answer) -> Answer:
    """moto knows of no composite alarms, and not of when an alarm last changed its state."""
    types = call.params.get("AlarmTypes", ["MetricAlarm"])
    changed = {row["name"]: row["at"] for row in world.rows("alarm-transitions", call.region)}
    answer.setdefault("MetricAlarms", [])
    for alarm in answer["MetricAlarms"]:
        if not alarm.get("Metrics"):
            alarm.pop("Metrics", None)
        alarm.setdefault("TreatMissingData", "missing")
        since = changed.get(alarm["AlarmName"], alarm["AlarmConfigurationUpdatedTimestamp"])
        alarm["StateTransitionedTimestamp"] = alarm["StateUpdatedTimestamp"] = since
    if "MetricAlarm" not in types:
        answer["MetricAlarms"] = []
    names, prefix = call.params.get("AlarmNames"), call.params.get("AlarmNamePrefix", "")
    composites = world.rows("composite-alarms", call.region) if "CompositeAlarm" in types else []
    answer["CompositeAlarms"] = [
        row for row in composites if (not names or row["AlarmName"] in names) and row["AlarmName"].startswith(prefix)
    ]
    return answer


@answers("cloudwatch", "DescribeAnomalyDetectors")
def anomaly_detectors(world: World, call: Call) -> Answer:
    """The detectors of the table `anomaly-detectors`."""
    return {"AnomalyDetectors": world.rows("anomaly-detectors", call.region)}


@answers("cloudwatch", "ListAlarmMuteRules")
def mute_rules(_world: World, _call: Call) -> Answer:
    """Nobody mutes alarms here."""
    return {"AlarmMuteRuleSummaries": []}


def _metric(row: Row) -> Row:
    dimensions = [{"Name": name, "Value": value} for name, value in sorted(row["dimensions"].items())]
    return {"Namespace": row["namespace"], "MetricName": row["name"], "Dimensions": dimensions}


def _label(query: Row) -> str:
    return str(query["MetricStat"]["Metric"]["MetricName"] if "MetricStat" in query else query["Expression"])


def _points(
    world: World,
    region: str,
    query: Row,
    by_id: dict[str, Row],
    start: datetime.datetime,
    end: datetime.datetime,
) -> list[tuple[datetime.datetime, float]]:
    quota = None
    if "Expression" in query:
        match = _SERVICE_QUOTA.match(query["Expression"].strip())
        if match is None or match["id"] not in by_id:
            raise ApiError("ValidationError", f"Error in expression '{query['Id']}': not known to the stand-in.")
        query, quota = by_id[match["id"]], True
    stat = query["MetricStat"]
    row = _find(world, region, stat["Metric"])
    if row is None or (quota and "quota" not in row):
        return []
    period = int(stat["Period"])
    first = -(-int(start.timestamp()) // period) * period
    moments = range(first, int(end.timestamp()), period)
    return [
        (
            datetime.datetime.fromtimestamp(moment, datetime.UTC),
            float(row["quota"] if quota else _value(world, row, moment, stat)),
        )
        for moment in moments
    ]


def _find(world: World, region: str, metric: Row) -> Row | None:
    dimensions = {pair["Name"]: pair["Value"] for pair in metric.get("Dimensions", [])}
    for row in world.rows("metrics", region):
        if (row["namespace"], row["name"], row["dimensions"]) == (
            metric["Namespace"],
            metric["MetricName"],
            dimensions,
        ):
            return row
    return None


def _value(world: World, row: Row, moment: int, stat: Row) -> Any:
    """A steady series, with one day of its peak where the row has one."""
    if stat["Stat"] == "SampleCount":
        return stat["Period"] / 300
    days = (world.now.timestamp() - moment) / 86400
    peak_day = row.get("peak_days_ago", 5)
    is_peak = peak_day <= days < peak_day + 1
    return row.get("peak", row["value"]) if is_peak and stat["Stat"] != "Minimum" else row["value"]
