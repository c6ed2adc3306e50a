"""docs/data-dictionary.md says what the tables are today."""

from django.core.management import call_command


def test_the_data_dictionary_is_up_to_date() -> None:
    call_command("data_dictionary", "--check")
