"""Our marking against the scores on which at least two independent engines agree, item by item and response by response.

The material lies beside the repository (`../shared/corpora`), and is not ours to keep. Run with `-s` to see how many pairs each rule had.
"""

import json
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from scoring.marking import mark_response
from tests.interop.qti_rules import OtherRuleError, Part, Term, read_part, read_terms, value_of

CORPORA = Path(__file__).parents[3] / "shared" / "corpora"
EXPECTED = CORPORA / "expected_scores.jsonl"

pytestmark = pytest.mark.skipif(not EXPECTED.exists(), reason=f"no material to compare with in {CORPORA}")

Pair = dict[str, Any]

# QTI 2.0 gives a mapping's sum as a float, and these three items keep it in an integer: two engines refuse that and leave the score
# at 0, the third gives what the mapping says, and so do we.
DIFFERENCES = {
    ("oat-qti-sdk/test/samples/ims/items/2_0/graphic_associate.xml", "RESPONSE:minus1", 1.0, 0.0),
    ("oat-tao-itemqti/test/integration/samples/xml/qtiv2p0/choice_multiple.xml", "RESPONSE:minus1", 1.0, 0.0),
    ("oat-tao-itemqti/test/integration/samples/xml/qtiv2p0/graphic_associate.xml", "RESPONSE:minus1", 1.0, 0.0),
}


def pairs_by_item() -> dict[str, list[Pair]]:
    found: dict[str, list[Pair]] = defaultdict(list)
    for line in EXPECTED.read_text(encoding="utf-8").splitlines():
        pair = json.loads(line)
        found[pair["item"]].append(pair)
    return found


def read_items(names: Mapping[str, list[Pair]]) -> Iterator[tuple[str, ET.Element]]:
    archives: dict[str, zipfile.ZipFile] = {}
    for name in names:
        outer, _, inner = name.partition("!")
        if inner and outer not in archives:
            archives[outer] = zipfile.ZipFile(CORPORA / outer)
        raw = archives[outer].read(inner) if inner else (CORPORA / outer).read_bytes()
        yield name, ET.fromstring(raw)  # noqa: S314 (material that we have read through)
    for archive in archives.values():
        archive.close()


def our_score(terms: list[tuple[Term, Part]], pair: Pair) -> Fraction:
    score = Fraction(0)
    for term, part in terms:
        values = pair["responses"].get(term.response, {}).get("values")
        given = {"r1": value_of(part, values)} if values else {}
        score += mark_response(part.content, given, language="en").points * part.unit
    return score


def test_marking_agrees_with_other_engines_wherever_the_rule_is_ours() -> None:
    by_item = pairs_by_item()
    compared: Counter[str] = Counter()
    passed_over: Counter[str] = Counter()
    disagreements: set[tuple[str, str, float, float]] = set()

    for name, item in read_items(by_item):
        pairs = by_item[name]
        try:
            terms = [(term, read_part(item, term, pairs[0]["version"])) for term in read_terms(item)]
        except OtherRuleError as other:
            passed_over[str(other)] += len(pairs)
            continue
        for pair in pairs:
            if pair["score"] < 0:
                passed_over["a score below zero, which we do not give"] += 1
                continue
            ours = our_score(terms, pair)
            kinds = "+".join(sorted({type(part.rule).__name__ for _, part in terms})) or "nothing"
            compared[kinds] += 1
            if abs(float(ours) - pair["score"]) > 1e-9:
                disagreements.add((name, pair["case"], float(ours), pair["score"]))

    print(f"\n{sum(map(len, by_item.values()))} pairs read, {compared.total()} compared: {dict(compared)}")  # noqa: T201 (the count is the point)
    print(f"passed over: {dict(passed_over)}")  # noqa: T201 (the same)
    assert compared.total() + passed_over.total() == sum(map(len, by_item.values()))
    assert disagreements == DIFFERENCES
    assert compared.total() >= 3_000
    assert {"MatchRule", "MapRule", "OrderRule", "AreaRule", "PairsRule", "TextRule", "NumberRule"} <= set(compared)
