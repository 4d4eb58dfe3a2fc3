"""The commands of CI recipes, taken out of their files. Needs PyYAML.

recipes.py github FILE STEP DIR [EXPRESSION=VALUE...]
    Writes DIR/run.sh, the `run` of a step of a composite action, and DIR/env, its variables as `NAME=VALUE` lines with
    expressions replaced: `inputs.x=y` sets `${{ inputs.x }}`, otherwise an input is its default.
recipes.py list FILE KEY...
    Prints the lines of a list of commands: `list gitlab.yml lamlint script`.
"""

import pathlib
import re
import sys

import yaml


def github(file, step, folder, *given):
    action = yaml.safe_load(pathlib.Path(file).read_text())
    values = {f"inputs.{name}": str(i.get("default", "")) for name, i in action["inputs"].items()}
    for pair in given:
        name, value = pair.split("=", 1)
        if name.startswith("inputs.") and name not in values:
            sys.exit(f"{file} has no {name}")
        values[name] = value
    [found] = [s for s in action["runs"]["steps"] if s.get("id") == step]
    assert found["shell"] == "bash", found
    # An expression in a script would let a value become a command.
    assert "${{" not in found["run"], f"{step}: pass values by env"
    expression = re.compile(r"\$\{\{\s*(.+?)\s*\}\}")
    env = {n: expression.sub(lambda m: values[m.group(1)], str(v)) for n, v in found["env"].items()}
    (pathlib.Path(folder) / "run.sh").write_text(found["run"])
    (pathlib.Path(folder) / "env").write_text("".join(f"{n}={v}\n" for n, v in env.items()))


def commands(file, *keys):
    node = yaml.safe_load(pathlib.Path(file).read_text())
    for k in keys:
        node = node[k]
    assert node and all(isinstance(line, str) for line in node), node
    print("\n".join(node))


{"github": github, "list": commands}[sys.argv[1]](*sys.argv[2:])
