"""The parts of SARIF 2.1.0 and OCSF 1.6.0 that we write, as JSON Schemas of our own: nothing else is let through."""

from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
WORD: Schema = {"type": "string", "minLength": 1}
COUNT: Schema = {"type": "integer", "minimum": 0}
ANY: Schema = {"type": "object"}


def one_of(*values: object) -> Schema:
    return {"enum": list(values)}


def many(items: Schema, *, unique: bool = False) -> Schema:
    return {"type": "array", "items": items, "uniqueItems": unique}


def closed(required: str = "", **properties: Schema) -> Schema:
    """An object with these properties and no other."""
    return {
        "type": "object", "additionalProperties": False, "required": required.split(),
        "properties": {name.replace("__", "-"): schema for name, schema in properties.items()},
    }  # fmt: skip


# -- SARIF 2.1.0

_LEVEL = one_of("none", "note", "warning", "error")
_MESSAGE = closed("text", text=TEXT)
_URI: Schema = {"type": "string", "pattern": r"^[A-Za-z0-9%/~._:-]+$"}
_WITHIN = closed("name index", name=WORD, index=COUNT)
_TARGET = closed("id toolComponent", id=TEXT, toolComponent=_WITHIN)
_RULE = closed(
    "id shortDescription fullDescription help defaultConfiguration",
    id=TEXT, name=TEXT, shortDescription=_MESSAGE, fullDescription=_MESSAGE, help=_MESSAGE,
    defaultConfiguration=closed("level", level=_LEVEL),
    relationships=many(closed("target kinds", target=_TARGET, kinds=many(WORD, unique=True)), unique=True),
    properties=ANY,
)  # fmt: skip
_LOGICAL = closed("kind name fullyQualifiedName", kind=WORD, name=TEXT, fullyQualifiedName=TEXT)
_LOCATION = closed(
    physicalLocation=closed(
        "artifactLocation",
        artifactLocation=closed("uri", uri=_URI, uriBaseId=WORD),
        region=closed("startLine", startLine={"type": "integer", "minimum": 1}),
    ),
    logicalLocations=many(_LOGICAL, unique=True),
)  # fmt: skip
_RESULT = closed(
    "ruleId ruleIndex kind level message locations",
    ruleId=TEXT, ruleIndex=COUNT, kind=one_of("fail"), level=_LEVEL, message=closed("text", text=WORD), locations=many(_LOCATION),
    relatedLocations=many(closed("id logicalLocations", id=COUNT, logicalLocations=many(closed("kind", name=TEXT, kind=WORD))), unique=True),
    partialFingerprints={"type": "object", "additionalProperties": TEXT},
    occurrenceCount={"type": "integer", "minimum": 1}, baselineState=one_of("new", "unchanged"),
    suppressions=many(closed("kind", kind=one_of("external"), status=one_of("accepted"), justification=TEXT, properties=ANY), unique=True),
    properties=ANY,
)  # fmt: skip
_TAXON = closed("id", id=TEXT, name=TEXT)
SARIF: Schema = closed(
    "$schema version runs",
    **{"$schema": TEXT},
    version=one_of("2.1.0"),
    runs=many(closed(
        "tool results",
        tool=closed("driver", driver=closed(
            "name rules", name=one_of("ccmcp"), version=TEXT, shortDescription=_MESSAGE, supportedTaxonomies=many(_WITHIN, unique=True),
            rules=many(_RULE, unique=True), properties=ANY,
        )),
        taxonomies=many(closed(
            "name taxa", name=WORD, fullName=WORD, version=WORD, organization=WORD, informationUri=TEXT, isComprehensive={"const": False},
            taxa=many(_TAXON, unique=True),
        ), unique=True),
        automationDetails=closed("id", id=WORD),
        invocations=many(closed(
            "executionSuccessful", executionSuccessful={"const": True},
            endTimeUtc={"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"},
            toolExecutionNotifications=many(closed("message", level=_LEVEL, message=_MESSAGE)),
        )),
        originalUriBaseIds={"type": "object", "additionalProperties": closed(description=_MESSAGE)},
        columnKind=one_of("unicodeCodePoints"), results=many(_RESULT), properties=ANY,
    )),
)  # fmt: skip


# -- OCSF 1.6.0: Detection Finding

_MS: Schema = {"type": "integer"}
_NAMED = closed(uid=WORD, name=WORD)
OCSF: Schema = closed(
    "activity_id category_uid class_uid type_uid time severity_id finding_info metadata",
    activity_id=one_of(1), activity_name=one_of("Create"), category_uid=one_of(2), category_name=one_of("Findings"),
    class_uid=one_of(2004), class_name=one_of("Detection Finding"), type_uid=one_of(200401), type_name=WORD,
    time=_MS, start_time=_MS, end_time=_MS, count={"type": "integer", "minimum": 1},
    severity_id=one_of(1, 2, 3, 4, 5), severity=WORD, confidence_id=one_of(1, 2, 3), confidence=WORD,
    status_id=one_of(1, 3), status=WORD, action_id=one_of(0, 1, 2), action=WORD, disposition_id=one_of(0, 1, 2, 25, 27), disposition=WORD,
    is_alert={"type": "boolean"}, message=TEXT, comment=TEXT,
    finding_info=closed(
        "uid title analytic", uid=WORD, title=TEXT, desc=TEXT, types=many(TEXT), first_seen_time=_MS, last_seen_time=_MS,
        analytic=closed("type_id", type_id=one_of(1), type=one_of("Rule"), uid=WORD, name=TEXT, version=WORD, category=WORD),
        attacks=many({**closed(version=WORD, technique=_NAMED, sub_technique=_NAMED), "required": ["technique"]}),
        data_sources=many(TEXT),
    ),
    actor=closed("app_name session", app_name=WORD, session=closed("uid", uid=WORD), user=closed("name", name=WORD)),
    resources=many(closed("name", type=WORD, name=WORD)),
    evidences=many(closed(
        "data", name=TEXT, uid=TEXT, data=ANY, process=closed("uid", uid=WORD, cmd_line=TEXT, working_directory=TEXT),
    )),
    observables=many(closed("name type_id", name=WORD, type_id=one_of(13), type=one_of("Command Line"), value=TEXT)),
    remediation=closed("desc", desc=WORD),
    metadata=closed(
        "version product", version=one_of("1.6.0"), profiles=many(WORD), event_code=TEXT, correlation_uid=TEXT, log_name=TEXT,
        log_provider=WORD, original_time=TEXT,
        product=closed("name vendor_name", name=one_of("ccmcp"), vendor_name=WORD, version=TEXT, feature=closed("name", name=WORD)),
    ),
    unmapped=ANY,
)  # fmt: skip
