"""Pages about people: entrance, account, people, places."""

from django.urls import path

from clinic.staff.views import account, entrance, people, places, second_factor

urlpatterns = [
    path("login/", entrance.login, name="login"),
    path("logout/", entrance.logout, name="logout"),
    path("lock/", entrance.lock, name="lock"),
    path("switch-user/", entrance.switch_user, name="switch-user"),
    path("second-factor/", second_factor.verify, name="second-factor"),
    path("account/", account.account, name="account"),
    path("account/page-token/", account.page_token, name="page-token"),
    path("account/offline-key/", account.offline_key, name="offline-key"),
    path("account/password/", account.password, name="password-change"),
    path("account/pin/", account.pin, name="pin-change"),
    path("account/language/", account.language, name="choose-language"),
    path("account/notation/", account.notation, name="choose-notation"),
    path("account/second-factor/", second_factor.enrol, name="second-factor-enrol"),
    path("account/second-factor/backup-codes/", second_factor.backup_codes, name="backup-codes"),
    path("account/second-factor/off/", second_factor.disable, name="second-factor-off"),
    path("people/", people.people, name="people"),
    path("people/new/", people.new, name="person-new"),
    path("people/<uuid:user_id>/", people.person, name="person"),
    path("people/<uuid:user_id>/edit/", people.edit, name="person-edit"),
    path("people/<uuid:user_id>/roles/", people.roles, name="person-roles"),
    path("people/<uuid:user_id>/roles/<uuid:grant_id>/end/", people.role_end, name="person-role-end"),
    path("people/<uuid:user_id>/deactivation/", people.deactivation, name="person-deactivation"),
    path("people/<uuid:user_id>/password/", people.password_reset, name="person-password"),
    path("people/<uuid:user_id>/pin/", people.pin_reset, name="person-pin"),
    path("people/<uuid:user_id>/second-factor/", people.second_factor_reset, name="person-second-factor"),
    path("people/<uuid:user_id>/tokens/", people.tokens, name="person-tokens"),
    path("people/<uuid:user_id>/tokens/<uuid:token_id>/revocation/", people.token_revocation, name="person-token-revocation"),
    path("places/", places.all_places, name="places"),
    path("places/companies/new/", places.legal_entity, name="legal-entity-new"),
    path("places/companies/<uuid:entity_id>/", places.legal_entity, name="legal-entity"),
    path("places/branches/new/", places.branch, name="branch-new"),
    path("places/branches/<uuid:branch_id>/", places.branch, name="branch"),
]
