"""Findings of the mucosa, the jaw joints and the bite, at places that are no teeth."""

import clinic.history.operations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('charting', '0033_issued_papers'),
        ('history', '0001_ledger'),
        ('patients', '0013_letters_of_neighbours'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='finding',
            name='charting_finding_amount_fits',
        ),
        migrations.RemoveConstraint(
            model_name='finding',
            name='charting_finding_outcome_told',
        ),
        migrations.RemoveConstraint(
            model_name='finding',
            name='charting_finding_severity_fits',
        ),
        migrations.RemoveConstraint(
            model_name='finding',
            name='charting_finding_kind_known',
        ),
        migrations.RemoveConstraint(
            model_name='finding',
            name='charting_finding_tooth_exists',
        ),
        migrations.AddField(
            model_name='finding',
            name='site',
            field=models.CharField(blank=True, max_length=20, verbose_name='place that is no tooth'),
        ),
        migrations.AddField(
            model_name='historicalfinding',
            name='site',
            field=models.CharField(blank=True, max_length=20, verbose_name='place that is no tooth'),
        ),
        migrations.AlterField(
            model_name='finding',
            name='kind',
            field=models.CharField(choices=[('caries', 'caries'), ('pulpitis', 'pulpitis'), ('apical_periodontitis', 'apical periodontitis'), ('periapical_lesion', 'periapical lesion'), ('fracture', 'fracture'), ('mobility', 'mobility'), ('wear', 'tooth wear'), ('recession', 'gum recession'), ('plaque', 'plaque'), ('calculus', 'calculus'), ('sensitivity', 'sensitivity'), ('discoloration', 'discoloration'), ('fistula', 'fistula'), ('missing', 'missing tooth'), ('unerupted', 'unerupted tooth'), ('erupting', 'erupting tooth'), ('erupted', 'erupted tooth'), ('impacted', 'impacted tooth'), ('retained_root', 'retained root'), ('supernumerary', 'supernumerary tooth'), ('drift', 'drift'), ('rotation', 'rotation'), ('tipping', 'tipping'), ('extrusion', 'extrusion'), ('cold_test', 'cold test'), ('heat_test', 'heat test'), ('electric_test', 'electric pulp test'), ('percussion', 'percussion'), ('ulcer', 'ulcer'), ('erosion', 'erosion'), ('leukoplakia', 'leukoplakia'), ('erythroplakia', 'erythroplakia'), ('lichen', 'lichen planus'), ('candidiasis', 'candidiasis'), ('herpes', 'herpetic lesion'), ('mucosal_fistula', 'fistula of the mucosa'), ('swelling', 'swelling'), ('mucocele', 'mucocele'), ('hyperplasia', 'hyperplasia or fibroma'), ('pigmentation', 'pigmentation'), ('mucosal_injury', 'injury of the mucosa'), ('joint_click', 'click of the jaw joint'), ('joint_crepitus', 'crepitus of the jaw joint'), ('joint_pain', 'pain of the jaw joint'), ('muscle_pain', 'tender masticatory muscles'), ('jaw_deviation', 'deviation of the jaw on opening'), ('limited_opening', 'limited opening of the mouth'), ('angle_class', 'Angle class'), ('open_bite', 'open bite'), ('cross_bite', 'crossbite'), ('midline_shift', 'shift of the midline'), ('overjet', 'overjet'), ('overbite', 'overbite'), ('deep_bite', 'deep bite')], max_length=24, verbose_name='finding'),
        ),
        migrations.AlterField(
            model_name='historicalfinding',
            name='kind',
            field=models.CharField(choices=[('caries', 'caries'), ('pulpitis', 'pulpitis'), ('apical_periodontitis', 'apical periodontitis'), ('periapical_lesion', 'periapical lesion'), ('fracture', 'fracture'), ('mobility', 'mobility'), ('wear', 'tooth wear'), ('recession', 'gum recession'), ('plaque', 'plaque'), ('calculus', 'calculus'), ('sensitivity', 'sensitivity'), ('discoloration', 'discoloration'), ('fistula', 'fistula'), ('missing', 'missing tooth'), ('unerupted', 'unerupted tooth'), ('erupting', 'erupting tooth'), ('erupted', 'erupted tooth'), ('impacted', 'impacted tooth'), ('retained_root', 'retained root'), ('supernumerary', 'supernumerary tooth'), ('drift', 'drift'), ('rotation', 'rotation'), ('tipping', 'tipping'), ('extrusion', 'extrusion'), ('cold_test', 'cold test'), ('heat_test', 'heat test'), ('electric_test', 'electric pulp test'), ('percussion', 'percussion'), ('ulcer', 'ulcer'), ('erosion', 'erosion'), ('leukoplakia', 'leukoplakia'), ('erythroplakia', 'erythroplakia'), ('lichen', 'lichen planus'), ('candidiasis', 'candidiasis'), ('herpes', 'herpetic lesion'), ('mucosal_fistula', 'fistula of the mucosa'), ('swelling', 'swelling'), ('mucocele', 'mucocele'), ('hyperplasia', 'hyperplasia or fibroma'), ('pigmentation', 'pigmentation'), ('mucosal_injury', 'injury of the mucosa'), ('joint_click', 'click of the jaw joint'), ('joint_crepitus', 'crepitus of the jaw joint'), ('joint_pain', 'pain of the jaw joint'), ('muscle_pain', 'tender masticatory muscles'), ('jaw_deviation', 'deviation of the jaw on opening'), ('limited_opening', 'limited opening of the mouth'), ('angle_class', 'Angle class'), ('open_bite', 'open bite'), ('cross_bite', 'crossbite'), ('midline_shift', 'shift of the midline'), ('overjet', 'overjet'), ('overbite', 'overbite'), ('deep_bite', 'deep bite')], max_length=24, verbose_name='finding'),
        ),
        migrations.AddConstraint(
            model_name='finding',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['caries', 'pulpitis', 'apical_periodontitis', 'periapical_lesion', 'fracture', 'mobility', 'wear', 'recession', 'plaque', 'calculus', 'sensitivity', 'discoloration', 'fistula', 'missing', 'unerupted', 'erupting', 'erupted', 'impacted', 'retained_root', 'supernumerary', 'drift', 'rotation', 'tipping', 'extrusion', 'cold_test', 'heat_test', 'electric_test', 'percussion', 'ulcer', 'erosion', 'leukoplakia', 'erythroplakia', 'lichen', 'candidiasis', 'herpes', 'mucosal_fistula', 'swelling', 'mucocele', 'hyperplasia', 'pigmentation', 'mucosal_injury', 'joint_click', 'joint_crepitus', 'joint_pain', 'muscle_pain', 'jaw_deviation', 'limited_opening', 'angle_class', 'open_bite', 'cross_bite', 'midline_shift', 'overjet', 'overbite', 'deep_bite'])), name='charting_finding_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='finding',
            constraint=models.CheckConstraint(condition=models.Q(('tooth__in', (11, 12, 13, 14, 15, 16, 17, 18, 21, 22, 23, 24, 25, 26, 27, 28, 31, 32, 33, 34, 35, 36, 37, 38, 41, 42, 43, 44, 45, 46, 47, 48, 51, 52, 53, 54, 55, 61, 62, 63, 64, 65, 71, 72, 73, 74, 75, 81, 82, 83, 84, 85, 111, 112, 113, 114, 115, 116, 117, 118, 121, 122, 123, 124, 125, 126, 127, 128, 131, 132, 133, 134, 135, 136, 137, 138, 141, 142, 143, 144, 145, 146, 147, 148, 151, 152, 153, 154, 155, 161, 162, 163, 164, 165, 171, 172, 173, 174, 175, 181, 182, 183, 184, 185)), models.Q(('kind__in', frozenset(['angle_class', 'calculus', 'candidiasis', 'cross_bite', 'deep_bite', 'erosion', 'erythroplakia', 'herpes', 'hyperplasia', 'jaw_deviation', 'joint_click', 'joint_crepitus', 'joint_pain', 'leukoplakia', 'lichen', 'limited_opening', 'midline_shift', 'mucocele', 'mucosal_fistula', 'mucosal_injury', 'muscle_pain', 'open_bite', 'overbite', 'overjet', 'pigmentation', 'plaque', 'swelling', 'ulcer'])), ('surfaces', []), ('tooth', None)), _connector='OR'), name='charting_finding_tooth_exists'),
        ),
        migrations.AddConstraint(
            model_name='finding',
            constraint=models.CheckConstraint(condition=models.Q(('severity', ''), models.Q(('kind', 'caries'), ('severity__in', ['initial', 'superficial', 'medium', 'deep', 'icdas1', 'icdas2', 'icdas3', 'icdas4', 'icdas5', 'icdas6'])), models.Q(('kind', 'pulpitis'), ('severity__in', ['reversible', 'acute', 'chronic'])), models.Q(('kind', 'apical_periodontitis'), ('severity__in', ['acute', 'chronic', 'granuloma'])), models.Q(('kind', 'periapical_lesion'), ('severity__in', ['widened', 'radiolucent', 'radiopaque'])), models.Q(('kind', 'fracture'), ('severity__in', ['enamel', 'crown', 'root'])), models.Q(('kind', 'mobility'), ('severity__in', ['1', '2', '3'])), models.Q(('kind', 'wear'), ('severity__in', ['slight', 'moderate', 'severe'])), models.Q(('kind', 'recession'), ('severity__in', ['slight', 'moderate', 'severe'])), models.Q(('kind', 'plaque'), ('severity__in', ['slight', 'moderate', 'severe'])), models.Q(('kind', 'calculus'), ('severity__in', ['slight', 'moderate', 'severe'])), models.Q(('kind', 'missing'), ('severity__in', ['extracted', 'shed', 'agenesis', 'trauma', 'unknown'])), models.Q(('kind', 'cold_test'), ('severity__in', ['normal', 'exaggerated', 'lingering', 'none'])), models.Q(('kind', 'heat_test'), ('severity__in', ['normal', 'exaggerated', 'lingering', 'none'])), models.Q(('kind', 'electric_test'), ('severity__in', ['none'])), models.Q(('kind', 'percussion'), ('severity__in', ['normal', 'painful'])), models.Q(('kind', 'angle_class'), ('severity__in', ['I', 'II1', 'II2', 'III'])), _connector='OR'), name='charting_finding_severity_fits'),
        ),
        migrations.AddConstraint(
            model_name='finding',
            constraint=models.CheckConstraint(condition=models.Q(('amount', None), models.Q(('amount__gte', 1), ('amount__lte', 15), ('kind', 'drift')), models.Q(('amount__gte', 1), ('amount__lte', 15), ('kind', 'extrusion')), models.Q(('amount__gte', 5), ('amount__lte', 180), ('kind', 'rotation')), models.Q(('amount__gte', 5), ('amount__lte', 90), ('kind', 'tipping')), models.Q(('amount__gte', 1), ('amount__lte', 40), ('kind', 'periapical_lesion')), models.Q(('amount__gte', 0), ('amount__lte', 200), ('kind', 'electric_test')), models.Q(('amount__gte', 1), ('amount__lte', 99), ('kind', 'ulcer')), models.Q(('amount__gte', 1), ('amount__lte', 99), ('kind', 'erosion')), models.Q(('amount__gte', 1), ('amount__lte', 99), ('kind', 'leukoplakia')), models.Q(('amount__gte', 1), ('amount__lte', 99), ('kind', 'erythroplakia')), models.Q(('amount__gte', 1), ('amount__lte', 99), ('kind', 'lichen')), models.Q(('amount__gte', 1), ('amount__lte', 99), ('kind', 'candidiasis')), models.Q(('amount__gte', 1), ('amount__lte', 99), ('kind', 'herpes')), models.Q(('amount__gte', 1), ('amount__lte', 99), ('kind', 'mucosal_fistula')), models.Q(('amount__gte', 1), ('amount__lte', 99), ('kind', 'swelling')), models.Q(('amount__gte', 1), ('amount__lte', 99), ('kind', 'mucocele')), models.Q(('amount__gte', 1), ('amount__lte', 99), ('kind', 'hyperplasia')), models.Q(('amount__gte', 1), ('amount__lte', 99), ('kind', 'pigmentation')), models.Q(('amount__gte', 1), ('amount__lte', 99), ('kind', 'mucosal_injury')), models.Q(('amount__gte', 0), ('amount__lte', 60), ('kind', 'limited_opening')), models.Q(('amount__gte', 1), ('amount__lte', 15), ('kind', 'jaw_deviation')), models.Q(('amount__gte', 1), ('amount__lte', 15), ('kind', 'midline_shift')), models.Q(('amount__gte', 1), ('amount__lte', 20), ('kind', 'open_bite')), models.Q(('amount__gte', -15), ('amount__lte', 20), ('kind', 'overjet')), models.Q(('amount__gte', -15), ('amount__lte', 15), ('kind', 'overbite')), _connector='OR'), name='charting_finding_amount_fits'),
        ),
        migrations.AddConstraint(
            model_name='finding',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ['angle_class', 'cold_test', 'heat_test', 'percussion', 'electric_test', 'limited_opening', 'overbite', 'overjet']), _negated=True), models.Q(('kind__in', ['angle_class', 'cold_test', 'heat_test', 'percussion']), models.Q(('severity', ''), _negated=True)), models.Q(('amount__isnull', False), ('kind', 'electric_test'), ('severity', '')), models.Q(('amount', None), ('kind', 'electric_test'), ('severity', 'none')), models.Q(('amount__isnull', False), ('kind__in', ['limited_opening', 'overbite', 'overjet'])), _connector='OR'), name='charting_finding_outcome_told'),
        ),
        migrations.AddConstraint(
            model_name='finding',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('site', ''), models.Q(('kind__in', ['ulcer', 'erosion', 'leukoplakia', 'erythroplakia', 'lichen', 'candidiasis', 'herpes', 'mucosal_fistula', 'swelling', 'mucocele', 'hyperplasia', 'pigmentation', 'mucosal_injury', 'joint_click', 'joint_crepitus', 'joint_pain', 'muscle_pain', 'jaw_deviation', 'angle_class', 'midline_shift', 'open_bite', 'cross_bite']), _negated=True)), models.Q(('kind__in', ['ulcer', 'erosion', 'leukoplakia', 'erythroplakia', 'lichen', 'candidiasis', 'herpes', 'mucosal_fistula', 'swelling', 'mucocele', 'hyperplasia', 'pigmentation', 'mucosal_injury']), ('site__in', ['lip_upper', 'lip_lower', 'corner_right', 'corner_left', 'vestibule_upper', 'vestibule_lower', 'cheek_right', 'cheek_left', 'palate_hard', 'palate_soft', 'uvula', 'pillar_right', 'pillar_left', 'pharynx', 'retromolar_right', 'retromolar_left', 'tongue_dorsum', 'tongue_tip', 'tongue_right', 'tongue_left', 'tongue_ventral', 'mouth_floor', 'gingiva_1', 'gingiva_2', 'gingiva_3', 'gingiva_4', 'gingiva_5', 'gingiva_6'])), models.Q(('kind__in', ['joint_click', 'joint_crepitus', 'joint_pain', 'muscle_pain', 'jaw_deviation', 'angle_class', 'midline_shift']), ('site__in', ['right', 'left'])), models.Q(('kind__in', ['open_bite', 'cross_bite']), ('site__in', ['front', 'right', 'left'])), _connector='OR'), models.Q(models.Q(('kind__in', ['ulcer', 'erosion', 'leukoplakia', 'erythroplakia', 'lichen', 'candidiasis', 'herpes', 'mucosal_fistula', 'swelling', 'mucocele', 'hyperplasia', 'pigmentation', 'mucosal_injury', 'joint_click', 'joint_crepitus', 'joint_pain', 'muscle_pain', 'jaw_deviation', 'limited_opening', 'angle_class', 'open_bite', 'cross_bite', 'midline_shift', 'overjet', 'overbite', 'deep_bite']), _negated=True), ('tooth', None), _connector='OR')), name='charting_finding_site_fits'),
        ),
        clinic.history.operations.Capture(
            name='Finding',
        ),
    ]
