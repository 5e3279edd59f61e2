"""The text of the rules: whatever may hold a blank, a quote or a sign of the shell is quoted."""

import re

import pytest

from bleedmap.stages import STAGES

FIELD = re.compile(r"(?<!{){([^{}]+)}(?!})")
# numbers, digests, names of the config, and options that are quoted where they are made (``Plan.as_options``)
PLAIN = re.compile(
    r"threads|wildcards\.(shard|fold|learnt_fold|taught_fold|dataset|split|method)"
    r"|params\.(seed|code|planned|scan_mb|most|subjects|dataset|fold|classes|inputs|key|shards)"
)


@pytest.fixture(scope="module")
def rules(repository):
    """Text of every rule."""
    found = {}
    for file in sorted((repository / "workflow" / "rules").glob("*.smk")):
        for rule in re.split(r"^rule ", file.read_text(), flags=re.MULTILINE)[1:]:
            name, _, found[name] = rule.partition(":")
    return found


@pytest.fixture(scope="module")
def commands(rules):
    """Shell command of every rule."""
    return {name: rule.partition("    shell:\n")[2] for name, rule in rules.items()}


def test_every_rule_is_looked_at(commands):
    assert set(commands) == {stage.name for stage in STAGES}
    assert all("python -m scripts." in command and "2> {log:q}" in command for command in commands.values())


def test_every_path_and_every_json_in_a_command_is_quoted(commands):
    fields = [(rule, field) for rule, command in commands.items() for field in FIELD.findall(command)]
    assert [(rule, field) for rule, field in fields if not (field.endswith(":q") or PLAIN.fullmatch(field))] == []


def test_the_key_of_a_cached_rule_holds_all_that_its_command_says_and_reads(rules, commands):
    """Snakemake's key has the params and the text of the command, but not what its wildcards stand for."""
    cached = {name for name, rule in rules.items() if re.search(r"^    cache:", rule, re.MULTILINE)}
    assert cached == {"train_classifier", "explain", "train_segmenter"}
    for name in cached:
        assert "content=plan.content" in rules[name]
        assert "wildcards." not in commands[name]


def test_the_way_back_to_the_source_files_never_goes_to_a_shared_store(rules):
    assert "private=local(" in rules["ingest"]


def test_no_text_that_a_user_wrote_is_a_param_by_itself(repository):
    """Snakemake takes braces in a param that is no function for wildcards."""
    rules = "".join(file.read_text() for file in sorted((repository / "workflow" / "rules").glob("*.smk")))
    texts = set(re.findall(r"^ +\w+=(plan\.config[\w.]*\.to_json\(\)|pages[\w.]*\.to_json\(\))", rules, re.MULTILINE))
    # numbers, and names of the config
    allowed = {"plan.config.slices.to_json()", "plan.config.tuning.to_json()", "plan.config.scoring.to_json()"}
    assert texts <= allowed | {"pages.page.to_json()"}
