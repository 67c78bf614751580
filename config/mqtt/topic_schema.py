"""What a topic, a pattern of topics and a template of topics must look like in a file."""

import re
from typing import Annotated

from pydantic import PlainValidator

from config.mqtt.topics import wildcard_mistake
from config.parsing.schema import show, text, wrong


def topic(value: object) -> str:
    """Take an MQTT topic without wildcards."""
    name = text(value)
    if set("+#\0") & set(name):
        raise wrong(f"{show(name)} is a pattern; a meter needs one topic", "a topic without + and #")
    return name


def topic_pattern(value: object) -> str:
    """Take an MQTT topic, with wildcards or without."""
    name = text(value)
    mistake = wildcard_mistake(name)
    if mistake is not None:
        raise wrong(f"{show(name)} {mistake}", "a/b, a/+/c, a/#")
    return name


def topic_template(value: object) -> str:
    """Take the template of topics: a topic with names in braces."""
    name = text(value)
    if re.search(r"[{}]", re.sub(r"\{\w+\}", "", name)):
        raise wrong(f"{show(name)} has a brace that is not closed", "schulen/{property}/{meter}/state")
    return topic_pattern(name)


Topic = Annotated[str, PlainValidator(topic)]
TopicPattern = Annotated[str, PlainValidator(topic_pattern)]
TopicTemplate = Annotated[str, PlainValidator(topic_template)]
