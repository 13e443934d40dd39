"""Dates, zones and format letters as the real engine has them."""

import json
import random
import runpy
from pathlib import Path
from zipfile import ZipFile

import pytest
from oracle import Oracle

from hatch_agpm.tera import TemplateError, TeraEnvironment
from hatch_agpm.tera.builtins.dates import moments

ROOT = Path(__file__).parents[4]

LETTERS = [
    f"%{flag}{letter}"
    for letter in "ABCDFGHIMPRSTUVWXYZabcdefghjklmnpqrstuvwxyz+%.#"
    for flag in ("", "-", "0", "_")
]
OTHERS = [
    "%:z",
    "%::z",
    "%:::z",
    "%#z",
    "%.f",
    "%.3f",
    "%.6f",
    "%.9f",
    "%3f",
    "%6f",
    "%9f",
    "%.4f",
    "%",
    "é %Y",
]
DATES = [
    *(
        0,
        1,
        -1,
        86399,
        951782400,
        1700000000,
        -62135596801,
        253402300800,
        8210266876799,
    ),
    *(
        "2024-02-29",
        "2023-02-29",
        "2024-1-2",
        " 2024- 1- 2",
        "2024-01-02 ",
        "99999-01-01",
    ),
    *(
        "+99999-01-01",
        "-1-12-31",
        "0000-01-01",
        "2021-12-31T23:59:60Z",
        "2021-12-31T23:59:61Z",
    ),
    *(
        "2024-01-02T03:04:05",
        "2024-01-02T03:04:05.678901234",
        "2024-01-02T3:4:5 +05:30",
    ),
    *(
        "2024-01-02T03:04:05-0800",
        "2024-01-02T03:04:05utc",
        "2024-01-02T03:04:05+24:00",
    ),
    *(
        "2024-01-02T24:00:00Z",
        "2024-01-02T03:04Z",
        "2020-12-28T00:00:00.5Z",
        "Today",
        "",
        1.5,
        None,
    ),
]
ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/St_Johns",
    "Asia/Kolkata",
    "EST",
    "europe/berlin",
    "",
]
TIMES = (
    "{% for t in times %}{{ t | date(format='%F %T %Z %::z %s', timezone=z) }}\n"
    "{% endfor %}"
)

ENVIRONMENT = TeraEnvironment()


@pytest.fixture(scope="module")
def oracle():
    engine = Oracle("teraplate")
    yield engine
    engine.close()


def same(oracle, template, context):
    try:
        found = ENVIRONMENT.template(template).render(context)
    except TemplateError:
        found = None
    assert found == oracle.render(template, context), json.dumps([template, context])


def test_each_letter_is_the_engines(oracle):
    for letter in [*LETTERS, *OTHERS]:
        for date in (1700000000, "2021-01-03T04:05:06.07+09:30", "2020-12-31"):
            same(oracle, "{{ d | date(format=f) }}", {"d": date, "f": f"<{letter}>"})


def test_each_way_to_write_a_date_is_the_engines(oracle):
    for date in DATES:
        same(
            oracle,
            "{{ d | date(format='%Y-%m-%d %T%.f %j %U %W %V %G %u %s') }}",
            {"d": date},
        )
        for zone in ZONES:
            context = {"d": date, "z": zone}
            same(oracle, "{{ d | date(format='%+ %Z', timezone=z) }}", context)


ZONE_FILE = Path(moments.__file__).with_name("zones.zip")


def test_every_zone_is_the_engines_at_several_times(oracle):
    chance = random.Random(1)
    with ZipFile(ZONE_FILE) as archive:
        zones = archive.namelist()
    assert {"Europe/Berlin", "Europe/Kyiv", "Europe/Kiev", "US/Pacific"} <= set(zones)
    for zone in zones:
        times = [chance.randint(-6 * 10**9, 5 * 10**9) for _ in range(6)]
        same(oracle, TIMES, {"times": times, "z": zone})


def test_zones_are_those_of_the_release_that_the_engine_has(tmp_path):
    made = tmp_path / "zones.zip"
    script = runpy.run_path(str(ROOT / "tools" / "make_zones.py"))
    script["write_zones"](made)
    with ZipFile(made) as new, ZipFile(ZONE_FILE) as shipped:
        assert new.namelist() == shipped.namelist()
        assert all(new.read(name) == shipped.read(name) for name in new.namelist())
