from django.apps import AppConfig

from clinic.patients import ties


class SchedulingConfig(AppConfig):
    name = "clinic.scheduling"
    label = "scheduling"

    def ready(self) -> None:
        ties.TIES.append(ties.Tie("scheduling_appointment", ("dentist_id", "assistant_id"), "branch_id", starts="starts_at"))
