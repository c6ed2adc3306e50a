"""Who the session belongs to: the person with roles and branches, read in one round trip because every request asks."""

from uuid import UUID

from django.contrib.auth.backends import ModelBackend

from clinic.history.reading import read_together
from clinic.staff.models import Branch, LegalEntity, RoleGrant, User

GRANTED = "g.user_id = %(person)s AND g.ended_at IS NULL"
HERE = f"EXISTS (SELECT FROM staff_rolegrant g WHERE {GRANTED} AND (g.branch_id IS NULL OR g.branch_id = b.id))"
PERSON = {
    User: "t.id = %(person)s",
    RoleGrant: f"t.id IN (SELECT g.id FROM staff_rolegrant g WHERE {GRANTED})",  # noqa: S608 - our own words
    Branch: f"t.id IN (SELECT b.id FROM staff_branch b WHERE {HERE}) ORDER BY t.name, t.id",  # noqa: S608 - our own words
    LegalEntity: f"t.id IN (SELECT b.legal_entity_id FROM staff_branch b WHERE {HERE})",  # noqa: S608 - our own words
}


class PersonBackend(ModelBackend):
    """Passwords as Django checks them; the person of a session as our pages need them."""

    def get_user(self, user_id: UUID) -> User | None:
        """The active person with `grants_now` and `branches` filled in."""
        found = read_together(PERSON, {"person": user_id})
        person = next(iter(found.of(User)), None)
        if person is None or not self.user_can_authenticate(person):
            return None
        entities = found.by_key(LegalEntity)
        for branch in found.of(Branch):
            branch.legal_entity = entities[branch.legal_entity_id]
        person.grants_now = found.of(RoleGrant)
        person.branches = found.of(Branch)
        return person
