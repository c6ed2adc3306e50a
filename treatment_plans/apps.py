from django.apps import AppConfig

from clinic.patients import ties


class TreatmentPlansConfig(AppConfig):
    name = "treatment_plans"

    def ready(self) -> None:
        ties.TIES.append(ties.Tie("treatment_plans_plan", ("dentist_id",), "branch_id"))
