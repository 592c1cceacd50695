"""Fails on a dependency whose licence is not on the list, or that is banned.

The same lists stand in deny.toml for machines where cargo-deny can fetch its advisory data.
"""

import json
import pathlib
import re
import subprocess
import sys
import tomllib

policy = tomllib.loads(pathlib.Path("deny.toml").read_text())
allowed = set(policy["licenses"]["allow"])
banned = {ban["crate"] for ban in policy["bans"]["deny"]}
metadata = json.loads(
    subprocess.run(
        ["cargo", "metadata", "--locked", "--format-version", "1"], check=True, stdout=subprocess.PIPE
    ).stdout
)


def permitted(expression: str) -> bool:
    """Whether an SPDX expression can be met with the allowed licences alone."""
    words = re.sub(r"\s+WITH\s+\S+", "", expression.replace("/", " OR "))
    python = re.sub(
        r"[A-Za-z0-9.\-+]+",
        lambda m: {"OR": "or", "AND": "and"}.get(m[0]) or str(m[0] in allowed),
        words,
    )
    return bool(eval(python, {"__builtins__": {}}))  # only True, False, and, or and parentheses are left


faults = []
for package in metadata["packages"]:
    if package["source"] is None:
        continue
    name, licence = f"{package['name']} {package['version']}", package.get("license")
    if package["name"] in banned:
        faults.append(f"{name}: banned (deny.toml)")
    if not licence:
        faults.append(f"{name}: declares no licence")
    elif not permitted(licence):
        faults.append(f"{name}: licence {licence}")
print(f"{len(metadata['packages'])} packages read, {len(faults)} faults")
sys.exit("\n".join(faults) or 0)
