"""The first edition of the consent to data processing in the three languages; a lawyer publishes the next ones."""

from django.db import migrations

TEXTS = {
    "ru": (
        "Согласие на обработку персональных данных",
        """Я даю клинике (оператору) согласие на обработку моих персональных данных, а если подписываю как законный представитель — данных пациента, которого представляю: фамилии, имени, отчества, пола, даты рождения, адреса, телефонов и электронной почты, данных документов, СНИЛС, полиса, сведений о здоровье, снимков, сведений об оказанных услугах и расчётах.

Цель: оказание медицинской помощи, ведение медицинской документации, исполнение договора, расчёты, в том числе со страховой организацией, напоминания о приёме.

Действия: сбор, запись, систематизация, накопление, хранение, уточнение, извлечение, использование, передача в случаях, установленных законом или нужных для оказания помощи (лаборатория, страховая организация), обезличивание, блокирование, удаление и уничтожение — с использованием средств автоматизации и без них.

Срок: до достижения цели и окончания установленных законом сроков хранения медицинской документации. Согласие можно отозвать в любое время письменным заявлением; после отзыва клиника обрабатывает только те данные, которые обязана хранить по закону (Федеральный закон № 152-ФЗ, статьи 9 и 10; Федеральный закон № 323-ФЗ, статья 13).""",
    ),
    "fr": (
        "Consentement au traitement des données personnelles",
        """J'accepte que la clinique (responsable du traitement) traite mes données personnelles ou, si je signe comme représentant légal, celles du patient que je représente : identité, date de naissance, coordonnées, numéro de sécurité sociale, couverture santé, données de santé, images, actes réalisés et règlements.

Finalité : les soins, la tenue du dossier médical, l'exécution du contrat, les règlements, y compris avec l'assurance maladie et la complémentaire, les rappels de rendez-vous.

Destinataires : l'équipe soignante et, dans la mesure nécessaire, le laboratoire de prothèse, les organismes d'assurance et les autorités prévues par la loi.

Durée : le dossier médical est conservé pendant la durée fixée par la loi. J'ai un droit d'accès, de rectification, d'opposition et de limitation, et je peux retirer ce consentement à tout moment ; la clinique ne conserve alors que ce que la loi l'oblige à garder (Règlement (UE) 2016/679, articles 6, 7 et 9). Je peux saisir la CNIL d'une réclamation.""",
    ),
    "en": (
        "Consent to the processing of personal data",
        """I allow the clinic (the controller) to process my personal data or, when I sign as a legal representative, the data of the patient whom I represent: identity, date of birth, contact details, identity and insurance numbers, health data, images, services provided and payments.

Purpose: treatment, keeping of the medical record, performance of the contract, payments, including those of an insurer, reminders of appointments.

Recipients: the care team and, as far as needed, the dental laboratory, insurers and the authorities named by law.

Time: the medical record is kept as long as the law demands. I may see and correct my data and withdraw this consent at any time; the clinic then keeps only what the law obliges it to keep.""",
    ),
}


def publish(apps, schema_editor):
    text = apps.get_model("patients", "ConsentText")
    for language, (title, body) in TEXTS.items():
        if not text.objects.filter(language=language).exists():
            text.objects.create(language=language, edition=1, title=title, body=body)


class Migration(migrations.Migration):
    dependencies = [("patients", "0004_name_key_index")]

    operations = [migrations.RunPython(publish, migrations.RunPython.noop)]
