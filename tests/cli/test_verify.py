"""`hatch-agpm verify` of wheels in which nothing is wrong; problems are messages."""

from audits import DISCOVERY_FILE, IN_EXTRA_METADATA, LISTED, METADATA, messages


def test_a_correct_wheel_is_described(audit):
    found = audit()

    assert messages(found) == []
    (bundle,) = found.bundles
    assert (bundle.directory, bundle.distribution) == ("flat/prompts", "flat")
    assert (bundle.version, bundle.prompts, bundle.size) == ("1.2.0", 1, 64)


def test_a_wheel_from_windows_has_no_modes_to_compare(audit):
    assert messages(audit(system=0)) == []


def test_an_unrelated_index_json_is_ignored(audit):
    found = audit(
        {
            "other/index.json": b'{"generator": {"name": "somebody"}}',
            "third/index.json": b"[",
            "last/index.json": b"[]",
        }
    )

    assert messages(found) == []
    assert len(found.bundles) == 1


def test_the_discovery_file_may_be_in_the_extra_metadata(audit):
    assert messages(audit({DISCOVERY_FILE: None, IN_EXTRA_METADATA: LISTED})) == []
    # Where there are both, tools read the first.
    assert messages(audit({IN_EXTRA_METADATA: b"\xff"})) == []


def test_an_unknown_key_of_a_later_version_is_accepted(audit):
    assert messages(audit({DISCOVERY_FILE: LISTED + b"Licence: MIT\n"})) == []


def test_a_bundle_of_another_distribution_may_have_another_version(audit):
    changes = {METADATA: b"Name: vendors-it\nVersion: 7\n", DISCOVERY_FILE: None}
    assert [problem.path for problem in audit(changes).problems] == [METADATA]
