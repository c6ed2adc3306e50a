"""The first edition of the medical questionnaire in the three languages; the clinic publishes the next ones."""

from django.db import migrations
from django.utils import timezone

OTHER, ALLERGY = "other", "allergy"
# code, alert, severity, asked of, (question, what a yes means) in Russian, French, English
QUESTIONS = [
    ("heart", OTHER, "warning", "",
     ("Есть ли болезни сердца или сосудов: стенокардия, инфаркт в прошлом, аритмия, высокое давление?", "Болезнь сердца или сосудов"),
     ("Avez-vous une maladie du cœur ou des vaisseaux : angine de poitrine, infarctus ancien, arythmie, hypertension ?", "Maladie cardiovasculaire"),
     ("Do you have heart or vessel disease: angina, a past heart attack, arrhythmia, high blood pressure?", "Heart or vessel disease")),
    ("recent_heart_event", OTHER, "critical", "",
     ("Были ли за последние 6 месяцев инфаркт, инсульт или операция на сердце?", "Инфаркт, инсульт или операция на сердце за последние 6 месяцев"),
     ("Avez-vous eu un infarctus, un AVC ou une opération du cœur ces 6 derniers mois ?", "Infarctus, AVC ou chirurgie cardiaque depuis moins de 6 mois"),
     ("Have you had a heart attack, a stroke or heart surgery in the last 6 months?", "Heart attack, stroke or heart surgery in the last 6 months")),
    ("endocarditis", "endocarditis", "critical", "",
     ("Есть ли искусственный клапан сердца, врождённый порок или перенесённый эндокардит?", "Искусственный клапан, порок сердца или эндокардит"),
     ("Avez-vous une prothèse valvulaire, une cardiopathie congénitale ou un antécédent d'endocardite ?", "Prothèse valvulaire, cardiopathie congénitale ou endocardite"),
     ("Do you have an artificial heart valve, a congenital heart defect or a past endocarditis?", "Artificial valve, congenital heart defect or endocarditis")),
    ("pacemaker", "pacemaker", "warning", "",
     ("Стоит ли кардиостимулятор или дефибриллятор?", "Кардиостимулятор"),
     ("Portez-vous un stimulateur cardiaque ou un défibrillateur ?", "Stimulateur cardiaque"),
     ("Do you have a pacemaker or a defibrillator?", "Pacemaker")),
    ("anticoagulants", "anticoagulant", "critical", "",
     ("Принимаете ли вы препараты, разжижающие кровь (варфарин, ривароксабан, апиксабан, дабигатран, клопидогрел, аспирин)?", "Принимает препараты, разжижающие кровь"),
     ("Prenez-vous un médicament qui fluidifie le sang (AVK, rivaroxaban, apixaban, dabigatran, clopidogrel, aspirine) ?", "Prend un anticoagulant ou un antiagrégant"),
     ("Do you take blood-thinning medicine (warfarin, rivaroxaban, apixaban, dabigatran, clopidogrel, aspirin)?", "Takes blood-thinning medicine")),
    ("bleeding", OTHER, "critical", "",
     ("Есть ли нарушения свёртывания крови, долгие кровотечения после удаления зуба или пореза?", "Нарушение свёртывания крови"),
     ("Avez-vous un trouble de la coagulation, des saignements prolongés après une extraction ou une coupure ?", "Trouble de la coagulation"),
     ("Do you have a clotting disorder or long bleeding after an extraction or a cut?", "Clotting disorder")),
    ("bisphosphonates", "bisphosphonates", "critical", "",
     ("Принимаете ли вы (или получали уколы) бисфосфонаты или деносумаб от остеопороза или опухоли?", "Бисфосфонаты или деносумаб"),
     ("Prenez-vous ou avez-vous reçu des bisphosphonates ou du dénosumab (ostéoporose, cancer) ?", "Bisphosphonates ou dénosumab"),
     ("Do you take, or have you had injections of, bisphosphonates or denosumab (osteoporosis, cancer)?", "Bisphosphonates or denosumab")),
    ("antidepressants", OTHER, "warning", "",
     ("Принимаете ли вы антидепрессанты (ингибиторы МАО, трициклические)?", "Ингибиторы МАО или трициклические антидепрессанты"),
     ("Prenez-vous des antidépresseurs (IMAO, tricycliques) ?", "IMAO ou antidépresseurs tricycliques"),
     ("Do you take antidepressants (MAO inhibitors, tricyclics)?", "MAO inhibitors or tricyclic antidepressants")),
    ("immunosuppression", OTHER, "warning", "",
     ("Принимаете ли вы гормоны (преднизолон) или препараты, подавляющие иммунитет?", "Глюкокортикоиды или иммуносупрессия"),
     ("Prenez-vous des corticoïdes ou un traitement immunosuppresseur ?", "Corticoïdes ou immunosuppresseurs"),
     ("Do you take steroids or medicine that suppresses immunity?", "Steroids or immunosuppression")),
    ("diabetes", "diabetes", "warning", "",
     ("Есть ли сахарный диабет?", "Сахарный диабет"), ("Avez-vous un diabète ?", "Diabète"), ("Do you have diabetes?", "Diabetes")),
    ("asthma", OTHER, "warning", "",
     ("Есть ли бронхиальная астма?", "Бронхиальная астма"), ("Avez-vous de l'asthme ?", "Asthme"), ("Do you have asthma?", "Asthma")),
    ("penicillin_allergy", ALLERGY, "critical", "",
     ("Была ли аллергия на пенициллин, амоксициллин или другие антибиотики этого ряда?", "Аллергия на пенициллины"),
     ("Avez-vous été allergique à la pénicilline, à l'amoxicilline ou à un antibiotique proche ?", "Allergie aux pénicillines"),
     ("Have you had an allergy to penicillin, amoxicillin or a related antibiotic?", "Allergy to penicillins")),
    ("nsaid_allergy", ALLERGY, "critical", "",
     ("Была ли аллергия или приступ астмы от аспирина, ибупрофена, кетопрофена?", "Непереносимость НПВП"),
     ("Avez-vous réagi (allergie, crise d'asthme) à l'aspirine, à l'ibuprofène ou au kétoprofène ?", "Intolérance aux AINS"),
     ("Have aspirin, ibuprofen or ketoprofen given you an allergy or an asthma attack?", "Intolerance of NSAIDs")),
    ("latex_allergy", ALLERGY, "warning", "",
     ("Есть ли аллергия на латекс (перчатки, шарики)?", "Аллергия на латекс"),
     ("Êtes-vous allergique au latex (gants, ballons) ?", "Allergie au latex"),
     ("Are you allergic to latex (gloves, balloons)?", "Allergy to latex")),
    ("other_allergy", ALLERGY, "warning", "",
     ("Есть ли другая аллергия: на лекарства, металлы, пищу?", "Другая аллергия"),
     ("Avez-vous une autre allergie : médicaments, métaux, aliments ?", "Autre allergie"),
     ("Do you have any other allergy: medicines, metals, food?", "Other allergy")),
    ("anaesthesia", "anaesthesia", "critical", "",
     ("Становилось ли вам плохо от обезболивания у стоматолога?", "Реакция на местную анестезию"),
     ("Avez-vous déjà mal réagi à une anesthésie chez le dentiste ?", "Réaction à une anesthésie locale"),
     ("Have you ever reacted badly to a dental injection?", "Reaction to local anaesthesia")),
    ("ulcer", OTHER, "warning", "",
     ("Есть ли язва желудка или двенадцатиперстной кишки, кровотечение из желудка в прошлом?", "Язвенная болезнь"),
     ("Avez-vous un ulcère de l'estomac ou du duodénum, un antécédent d'hémorragie digestive ?", "Ulcère gastroduodénal"),
     ("Do you have a stomach or duodenal ulcer, or a past stomach bleeding?", "Peptic ulcer")),
    ("kidney_liver", OTHER, "warning", "",
     ("Есть ли болезни почек или печени?", "Болезнь почек или печени"),
     ("Avez-vous une maladie des reins ou du foie ?", "Maladie rénale ou hépatique"),
     ("Do you have kidney or liver disease?", "Kidney or liver disease")),
    ("thyroid", OTHER, "warning", "",
     ("Повышена ли функция щитовидной железы (тиреотоксикоз)?", "Тиреотоксикоз"),
     ("Avez-vous une hyperthyroïdie ?", "Hyperthyroïdie"),
     ("Do you have an overactive thyroid?", "Overactive thyroid")),
    ("infection", "infection", "warning", "",
     ("Есть ли гепатит B или C, ВИЧ, туберкулёз?", "Гепатит, ВИЧ или туберкулёз"),
     ("Avez-vous une hépatite B ou C, le VIH, la tuberculose ?", "Hépatite, VIH ou tuberculose"),
     ("Do you have hepatitis B or C, HIV or tuberculosis?", "Hepatitis, HIV or tuberculosis")),
    ("epilepsy", OTHER, "warning", "",
     ("Бывают ли судороги, потери сознания, эпилепсия?", "Эпилепсия, потери сознания"),
     ("Avez-vous de l'épilepsie, des pertes de connaissance ?", "Épilepsie, pertes de connaissance"),
     ("Do you have epilepsy or faints?", "Epilepsy or faints")),
    ("radiotherapy", OTHER, "critical", "",
     ("Была ли лучевая терапия головы и шеи или химиотерапия?", "Лучевая терапия головы и шеи или химиотерапия"),
     ("Avez-vous eu une radiothérapie de la tête et du cou ou une chimiothérapie ?", "Radiothérapie cervico-faciale ou chimiothérapie"),
     ("Have you had radiotherapy of the head and neck, or chemotherapy?", "Radiotherapy of the head and neck, or chemotherapy")),
    ("pregnancy", "pregnancy", "critical", "female",
     ("Беременны ли вы или это возможно? (срок — в примечании)", "Беременность"),
     ("Êtes-vous enceinte, ou est-ce possible ? (terme à préciser)", "Grossesse"),
     ("Are you pregnant, or may you be? (say how many weeks)", "Pregnancy")),
    ("breastfeeding", OTHER, "info", "female",
     ("Кормите ли вы грудью?", "Кормит грудью"), ("Allaitez-vous ?", "Allaitement"), ("Are you breastfeeding?", "Breastfeeding")),
    ("alcohol", "", "", "",
     ("Употребляете ли вы алкоголь чаще двух раз в неделю?", "Алкоголь чаще двух раз в неделю"),
     ("Buvez-vous de l'alcool plus de deux fois par semaine ?", "Alcool plus de deux fois par semaine"),
     ("Do you drink alcohol more than twice a week?", "Alcohol more than twice a week")),
    ("smoking", "", "", "",
     ("Курите ли вы? (сколько сигарет в день)", "Курит"), ("Fumez-vous ? (combien par jour)", "Tabac"), ("Do you smoke? (how many a day)", "Smokes")),
]  # fmt: skip
IN_OWN_WORDS = [
    ("medicines", "Какие лекарства вы принимаете постоянно?", "Quels médicaments prenez-vous régulièrement ?", "Which medicines do you take regularly?"),
    ("else", "Что ещё врачу важно знать о вашем здоровье?", "Que doit encore savoir le dentiste sur votre santé ?",
     "What else should the dentist know about your health?"),
]  # fmt: skip


def publish(apps, schema_editor):
    questionnaire, question = apps.get_model("charting", "Questionnaire"), apps.get_model("charting", "Question")
    if questionnaire.objects.exists():
        return
    first = questionnaire.objects.create(edition=1)
    for position, (code, alert, severity, asked_of, ru, fr, en) in enumerate(QUESTIONS):
        texts = {"text_ru": ru[0], "fact_ru": ru[1], "text_fr": fr[0], "fact_fr": fr[1], "text_en": en[0], "fact_en": en[1]}
        question.objects.create(
            questionnaire=first, code=code, position=position, asked_of=asked_of, alert_kind=alert, alert_severity=severity, **texts
        )
    for position, (code, ru, fr, en) in enumerate(IN_OWN_WORDS, start=len(QUESTIONS)):
        question.objects.create(questionnaire=first, code=code, position=position, kind="text", text_ru=ru, text_fr=fr, text_en=en)
    first.published_at = timezone.now()
    first.save(update_fields=["published_at"])


class Migration(migrations.Migration):
    dependencies = [("charting", "0014_medical_history")]

    operations = [migrations.RunPython(publish, migrations.RunPython.noop)]
