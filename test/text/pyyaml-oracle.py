# Answers for each YAML text of a JSON list on standard input what PyYAML's safe loader makes of it,
# in a form that JSON can carry. Where the project decided on another value (dates and keys as their
# source text, "=" and "<<" as text, long integers as digits), the loader is told so.
import json
import math
import sys

import yaml


class Loader(yaml.SafeLoader):
    def construct_mapping(self, node, deep=False):
        if not isinstance(node, yaml.MappingNode):
            raise yaml.constructor.ConstructorError(None, None, "expected a mapping", node.start_mark)
        self.flatten_mapping(node)
        result = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(None, None, "unhashable key", key_node.start_mark)
            result[key_node.value] = self.construct_object(value_node, deep=True)
        return result


def source_text(loader, node):
    return loader.construct_scalar(node)


for tag in ("timestamp", "value", "merge"):
    Loader.add_constructor("tag:yaml.org,2002:" + tag, source_text)
Loader.add_constructor("tag:yaml.org,2002:python/unicode", source_text)


def plain(value):
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**53 else str(value)
    if isinstance(value, float):
        if math.isnan(value):
            return {"float": "nan"}
        if math.isinf(value):
            return {"float": "inf" if value > 0 else "-inf"}
        return {"float": repr(value + 0.0)}
    if isinstance(value, bytes):
        return {"bytes": value.hex()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, set):
        return {"map": [[key, None] for key in sorted(map(str, value))]}
    return {"map": sorted([str(key), plain(item)] for key, item in value.items())}


def answer(text):
    try:
        return {"value": plain(yaml.load(text, Loader=Loader))}
    except Exception as error:
        return {"error": type(error).__name__ + ": " + str(getattr(error, "problem", error))}


json.dump([answer(text) for text in json.load(sys.stdin)], sys.stdout)
