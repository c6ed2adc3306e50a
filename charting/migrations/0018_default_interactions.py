"""The rules of interactions that the product brings, each with its source; the clinic changes and ends them."""

from datetime import UTC, datetime

from django.db import migrations

SINCE = datetime(2020, 1, 1, tzinfo=UTC)
CUT = ["category:surgery", "category:implants", "effect:extraction"]
BLEEDS = [*CUT, "category:periodontics", "category:hygiene", "effect:root_canal"]
ARTICAINE = "SmPC of articaine 40 mg/ml with adrenaline"
IBUPROFEN = "SmPC of ibuprofen"
# code, level, risks, acts, sentences in Russian, French, English, source
RULES = [
    ("anticoagulant_surgery", "stop", ["alert:anticoagulant", "answer:anticoagulants"], CUT,
     "Принимает препараты, разжижающие кровь: узнайте МНО не старше 24 ч (при варфарине не выше 4) или время последней дозы, предусмотрите местный гемостаз; без врача препарат не отменяйте.",
     "Prend un anticoagulant ou un antiagrégant : vérifiez l'INR de moins de 24 h (AVK : 4 au plus) ou l'heure de la dernière prise, prévoyez une hémostase locale ; n'arrêtez rien sans le médecin.",
     "Takes blood-thinning medicine: check an INR not older than 24 h (warfarin: not above 4) or the time of the last dose, plan local haemostasis; do not stop the medicine without the physician.",
     "SDCEP, Management of Dental Patients Taking Anticoagulants or Antiplatelet Drugs, 2nd ed., 2022"),
    ("bleeding_surgery", "stop", ["answer:bleeding"], CUT,
     "Нарушение свёртывания крови: вмешательство только после согласования с гематологом.",
     "Trouble de la coagulation : n'intervenez qu'après l'avis de l'hématologue.",
     "Clotting disorder: operate only after agreeing it with the haematologist.",
     "WFH Guidelines for the Management of Hemophilia, 3rd ed., 2020"),
    ("antiresorptive_surgery", "stop", ["alert:bisphosphonates", "answer:bisphosphonates"], CUT,
     "Бисфосфонаты или деносумаб: риск остеонекроза челюсти; оцените дозу, длительность и показание, обсудите риск с пациентом, вмешательство по возможности щадящее.",
     "Bisphosphonates ou dénosumab : risque d'ostéonécrose de la mâchoire ; évaluez dose, durée et indication, informez le patient, restez le moins traumatique possible.",
     "Bisphosphonates or denosumab: risk of osteonecrosis of the jaw; weigh dose, duration and indication, tell the patient, operate as gently as possible.",
     "AAOMS Position Paper on Medication-Related Osteonecrosis of the Jaw, 2022"),
    ("radiotherapy_surgery", "stop", ["answer:radiotherapy"], CUT,
     "Лучевая терапия головы и шеи или химиотерапия: риск остеорадионекроза и плохого заживления; согласуйте с онкологом.",
     "Radiothérapie cervico-faciale ou chimiothérapie : risque d'ostéoradionécrose et de mauvaise cicatrisation ; prenez l'avis de l'oncologue.",
     "Radiotherapy of the head and neck or chemotherapy: risk of osteoradionecrosis and poor healing; agree it with the oncologist.",
     "ISOO-MASCC-ASCO Guideline on Osteoradionecrosis of the Jaw, 2024"),
    ("endocarditis_prophylaxis", "stop", ["alert:endocarditis", "answer:endocarditis"], BLEEDS,
     "Высокий риск эндокардита: за 30–60 минут до вмешательства антибиотик (амоксициллин 2 г; при аллергии на пенициллины азитромицин 500 мг или доксициклин 100 мг).",
     "Risque élevé d'endocardite : antibiotique 30 à 60 minutes avant l'acte (amoxicilline 2 g ; en cas d'allergie aux pénicillines azithromycine 500 mg ou doxycycline 100 mg).",
     "High risk of endocarditis: antibiotic 30–60 minutes before the act (amoxicillin 2 g; azithromycin 500 mg or doxycycline 100 mg when allergic to penicillins).",
     "ESC Guidelines for the Management of Endocarditis, 2023"),
    ("recent_heart_event", "stop", ["answer:recent_heart_event"], CUT,
     "Инфаркт, инсульт или операция на сердце за последние 6 месяцев: плановое вмешательство отложите, неотложное согласуйте с кардиологом или неврологом.",
     "Infarctus, AVC ou chirurgie cardiaque depuis moins de 6 mois : reportez ce qui peut attendre, prenez l'avis du cardiologue ou du neurologue pour l'urgence.",
     "Heart attack, stroke or heart surgery in the last 6 months: put off what can wait, agree an emergency with the cardiologist or neurologist.",
     "Little and Falace's Dental Management of the Medically Compromised Patient, 10th ed., 2023"),
    ("pregnancy_imaging", "warn", ["alert:pregnancy", "answer:pregnancy"], ["category:imaging"],
     "Беременность: снимок только если он меняет лечение сейчас, с защитой и наименьшей дозой.",
     "Grossesse : ne radiographiez que si le cliché change le traitement immédiat, avec protection et dose minimale.",
     "Pregnancy: take a radiograph only when it changes treatment now, with protection and the smallest dose.",
     "ICRP Publication 84, Pregnancy and Medical Radiation, 2000"),
    ("pacemaker_ultrasound", "warn", ["alert:pacemaker", "answer:pacemaker"], ["category:hygiene", "category:periodontics"],
     "Кардиостимулятор: держите магнитострикционный скалер и апекслокатор не ближе 15 см от стимулятора или выберите пьезоэлектрический.",
     "Stimulateur cardiaque : gardez le détartreur magnétostrictif et le localisateur d'apex à plus de 15 cm, ou préférez un appareil piézoélectrique.",
     "Pacemaker: keep magnetostrictive scalers and apex locators more than 15 cm away, or use a piezoelectric one.",
     "EHRA position on electromagnetic interference with cardiac implantable devices, Europace 2022"),
    ("anaesthetic_reaction", "stop", ["alert:anaesthesia", "answer:anaesthesia"], ["category:anaesthesia", "drug:local_anaesthetic"],
     "Реакция на местную анестезию в прошлом: выясните препарат и что это было; при подозрении на аллергию сначала аллерголог.",
     "Réaction à une anesthésie locale : faites préciser le produit et la réaction ; si une allergie est possible, d'abord l'allergologue.",
     "A past reaction to local anaesthesia: find out the drug and what happened; when allergy is likely, first the allergist.",
     f"{ARTICAINE}, section 4.3"),
    ("adrenaline_heart", "warn", ["answer:heart", "answer:recent_heart_event"], ["drug:adrenaline"],
     "Болезнь сердца: адреналина не больше 0,04 мг за приём (две карпулы 1:100 000), аспирационная проба, медленно.",
     "Maladie du cœur : 0,04 mg d'adrénaline au plus par séance (deux cartouches à 1/100 000), aspiration, injection lente.",
     "Heart disease: not more than 0.04 mg of adrenaline a visit (two cartridges of 1:100,000), aspirate, inject slowly.",
     "Malamed S. F., Handbook of Local Anesthesia, 7th ed., 2019"),
    ("adrenaline_antidepressants", "warn", ["answer:antidepressants"], ["drug:adrenaline"],
     "Ингибиторы МАО или трициклические антидепрессанты усиливают действие адреналина: наименьшая доза или анестетик без вазоконстриктора.",
     "IMAO et tricycliques renforcent l'effet de l'adrénaline : dose minimale ou anesthésique sans vasoconstricteur.",
     "MAO inhibitors and tricyclics strengthen adrenaline: the smallest dose, or an anaesthetic without a vasoconstrictor.",
     f"{ARTICAINE}, section 4.5"),
    ("adrenaline_thyroid", "warn", ["answer:thyroid"], ["drug:adrenaline"],
     "Тиреотоксикоз: без вазоконстриктора, пока болезнь не компенсирована.",
     "Hyperthyroïdie : pas de vasoconstricteur tant qu'elle n'est pas équilibrée.",
     "Overactive thyroid: no vasoconstrictor until it is controlled.",
     f"{ARTICAINE}, section 4.4"),
    ("sulfite_asthma", "warn", ["answer:asthma"], ["drug:adrenaline"],
     "Бронхиальная астма: анестетик с адреналином содержит сульфит и может вызвать бронхоспазм; выберите без вазоконстриктора.",
     "Asthme : les anesthésiques adrénalinés contiennent un sulfite et peuvent provoquer un bronchospasme ; préférez sans vasoconstricteur.",
     "Asthma: anaesthetics with adrenaline contain a sulfite and may cause bronchospasm; prefer one without a vasoconstrictor.",
     f"{ARTICAINE}, section 4.4"),
    ("penicillin_allergy", "stop", ["answer:penicillin_allergy"], ["drug:penicillins"],
     "Аллергия на пенициллины: выберите антибиотик другой группы.",
     "Allergie aux pénicillines : choisissez un antibiotique d'une autre famille.",
     "Allergy to penicillins: choose an antibiotic of another group.",
     "SmPC of amoxicillin, section 4.3"),
    ("nsaid_ulcer", "stop", ["answer:ulcer", "answer:nsaid_allergy"], ["drug:nsaids"],
     "Язвенная болезнь или непереносимость НПВП: НПВП противопоказаны, выберите парацетамол.",
     "Ulcère ou intolérance aux AINS : les AINS sont contre-indiqués, préférez le paracétamol.",
     "Peptic ulcer or intolerance of NSAIDs: NSAIDs are contraindicated, prefer paracetamol.",
     f"{IBUPROFEN}, section 4.3"),
    ("nsaid_anticoagulant", "warn", ["alert:anticoagulant", "answer:anticoagulants"], ["drug:nsaids"],
     "НПВП усиливают кровоточивость при препаратах, разжижающих кровь: выберите парацетамол.",
     "Les AINS augmentent le saignement sous anticoagulant : préférez le paracétamol.",
     "NSAIDs increase bleeding with blood-thinning medicine: prefer paracetamol.",
     f"{IBUPROFEN}, section 4.5"),
    ("nsaid_pregnancy", "stop", ["alert:pregnancy", "answer:pregnancy"], ["drug:nsaids"],
     "Беременность: НПВП нежелательны с 20-й недели и противопоказаны в третьем триместре.",
     "Grossesse : AINS à éviter dès la 20e semaine, contre-indiqués au troisième trimestre.",
     "Pregnancy: avoid NSAIDs from week 20; they are contraindicated in the third trimester.",
     f"{IBUPROFEN}, sections 4.3 and 4.6"),
    ("metronidazole_warfarin", "stop", ["alert:anticoagulant", "answer:anticoagulants"], ["drug:metronidazole", "drug:azoles"],
     "Метронидазол и азолы усиливают действие варфарина: другой препарат или контроль МНО.",
     "Le métronidazole et les azolés renforcent les AVK : autre produit, ou INR surveillé.",
     "Metronidazole and azoles strengthen warfarin: another drug, or watch the INR.",
     "SmPC of metronidazole, section 4.5"),
    ("metronidazole_alcohol", "warn", ["answer:alcohol"], ["drug:metronidazole"],
     "Метронидазол и алкоголь: тошнота и прилив крови; без алкоголя во время приёма и 48 часов после.",
     "Métronidazole et alcool : effet antabuse ; pas d'alcool pendant la prise et 48 heures après.",
     "Metronidazole and alcohol: disulfiram-like reaction; no alcohol during the course and 48 hours after.",
     "SmPC of metronidazole, section 4.5"),
    ("tetracycline_pregnancy", "stop", ["alert:pregnancy", "answer:pregnancy"], ["drug:tetracyclines"],
     "Беременность: тетрациклины противопоказаны (окраска зубов плода).",
     "Grossesse : les tétracyclines sont contre-indiquées (coloration des dents du fœtus).",
     "Pregnancy: tetracyclines are contraindicated (they stain the child's teeth).",
     "SmPC of doxycycline, sections 4.3 and 4.6"),
]  # fmt: skip
CHILDREN = (
    "tetracycline_children", "Ребёнок младше 8 лет: тетрациклины окрашивают растущие зубы.",
    "Enfant de moins de 8 ans : les tétracyclines colorent les dents en formation.",
    "A child under 8: tetracyclines stain growing teeth.", "SmPC of doxycycline, sections 4.2 and 4.4",
)  # fmt: skip
WORDS = {"penicillin_allergy": ["пеницил", "penicil", "pénicil", "амоксиц", "amoxic"], "anaesthetic_reaction": ["лидокаин", "lidoca", "артикаин", "artica"]}


def write(apps, schema_editor):
    rule = apps.get_model("charting", "InteractionRule")
    for code, level, risks, acts, ru, fr, en, source in RULES:
        texts = {"text_ru": ru, "text_fr": fr, "text_en": en, "source": source}
        rule.objects.create(code=code, level=level, risks=risks, acts=acts, words=WORDS.get(code, []), in_force_from=SINCE, **texts)
    code, ru, fr, en, source = CHILDREN
    texts = {"text_ru": ru, "text_fr": fr, "text_en": en, "source": source}
    rule.objects.create(code=code, level="stop", younger_than=8, acts=["drug:tetracyclines"], in_force_from=SINCE, **texts)


class Migration(migrations.Migration):
    dependencies = [("charting", "0017_interactions")]

    operations = [migrations.RunPython(write, migrations.RunPython.noop)]
