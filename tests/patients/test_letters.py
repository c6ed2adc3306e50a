"""The letters of a sheet are read rightly even when it holds one person."""

import pytest

from clinic.patients.importing.letters import encoding_of

RUSSIAN = ["Иванов;Иван", "Жук;Ян", "Цой;Юлий", "ЩУКИН;ЮРИЙ", "Шульц;Эмма\n2;Smith John", "Ёлкина;Яна\n№ 7;«дочь» — 5 €"]
WESTERN = ["Lefèvre;Zoé", "Dupont;René\nÀ;É", "Œuvrard;Léa\n« fille », n° 7, 5 €", "Müller;Jürgen", "Durand;Ève née à Aÿ"]


@pytest.mark.parametrize("text", RUSSIAN)
def test_it_reads_few_russian_names_of_windows(text: str) -> None:
    assert f"last;first\n{text}\n".encode("cp1251").decode(encoding_of(f"last;first\n{text}\n".encode("cp1251"))).endswith(f"{text}\n")


@pytest.mark.parametrize("encoding", ["koi8_r", "cp866", "mac_cyrillic"])
def test_it_reads_few_russian_names_of_older_systems(encoding: str) -> None:
    assert encoding_of("Фамилия;Имя\nИванов;Иван\n".encode(encoding)) == encoding


@pytest.mark.parametrize("text", WESTERN)
def test_it_reads_few_western_names_of_windows(text: str) -> None:
    assert encoding_of(f"nom;prenom\n{text}\n".encode("cp1252")) == "cp1252"


@pytest.mark.parametrize("content", [b"\x80", b"a;b\n\x80\n", b"\xff" * 50, b"\x98\x98;\x81"])
def test_no_bytes_leave_it_without_an_answer(content: bytes) -> None:
    content.decode(encoding_of(content), errors="replace")
