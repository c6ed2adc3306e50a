"""Codes of diagnoses as boards type them: in a Russian layout a letter like the Latin one or on its key, on a number pad a comma."""

import re

LOOKS = str.maketrans("АВСЕНКМОРТХ", "ABCEHKMOPTX")
PLACES = str.maketrans("ЙЦУКЕНГШЩЗФЫВАПРОЛДЯЧСМИТЬ", "QWERTYUIOPASDFGHJKLZXCVBNM")
LIKE_A_CODE = re.compile(r"[A-ZА-Я]\d+([.,]\d*)?")


def readings(word: str) -> list[str]:
    """What is meant by a word, the likeliest first: itself, unless it looks like a code."""
    code = word.strip().upper()
    if not LIKE_A_CODE.fullmatch(code):
        return [word.strip()]
    code = code.replace(",", ".")
    return list(dict.fromkeys(code[0].translate(letters) + code[1:] for letters in ({}, LOOKS, PLACES)))
