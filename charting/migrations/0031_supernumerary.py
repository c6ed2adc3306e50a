"""Supernumerary teeth: their own codes wherever a tooth is named, and the finding that one is there."""

import clinic.history.operations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('charting', '0030_default_notes'),
        ('files', '0001_initial'),
        ('history', '0001_ledger'),
        ('patients', '0012_alert_labels'),
        ('price_list', '0004_appliances'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='anaesthesia',
            name='charting_anaesthesia_teeth_exist',
        ),
        migrations.RemoveConstraint(
            model_name='canalrecord',
            name='charting_canal_fits_tooth',
        ),
        migrations.RemoveConstraint(
            model_name='diagnosis',
            name='charting_diagnosis_tooth_exists',
        ),
        migrations.RemoveConstraint(
            model_name='finding',
            name='charting_finding_tooth_exists',
        ),
        migrations.RemoveConstraint(
            model_name='finding',
            name='charting_finding_roots_fit',
        ),
        migrations.RemoveConstraint(
            model_name='finding',
            name='charting_finding_surfaces_fit',
        ),
        migrations.RemoveConstraint(
            model_name='finding',
            name='charting_finding_direction_fits',
        ),
        migrations.RemoveConstraint(
            model_name='finding',
            name='charting_finding_kind_known',
        ),
        migrations.RemoveConstraint(
            model_name='image',
            name='charting_image_teeth_exist',
        ),
        migrations.RemoveConstraint(
            model_name='proceduretooth',
            name='charting_procedure_tooth_exists',
        ),
        migrations.RemoveConstraint(
            model_name='proceduretooth',
            name='charting_procedure_roots_fit',
        ),
        migrations.RemoveConstraint(
            model_name='proceduretooth',
            name='charting_procedure_surfaces_fit',
        ),
        migrations.AlterField(
            model_name='finding',
            name='kind',
            field=models.CharField(choices=[('caries', 'caries'), ('pulpitis', 'pulpitis'), ('apical_periodontitis', 'apical periodontitis'), ('periapical_lesion', 'periapical lesion'), ('fracture', 'fracture'), ('mobility', 'mobility'), ('wear', 'tooth wear'), ('recession', 'gum recession'), ('plaque', 'plaque'), ('calculus', 'calculus'), ('sensitivity', 'sensitivity'), ('discoloration', 'discoloration'), ('fistula', 'fistula'), ('missing', 'missing tooth'), ('unerupted', 'unerupted tooth'), ('erupting', 'erupting tooth'), ('erupted', 'erupted tooth'), ('impacted', 'impacted tooth'), ('retained_root', 'retained root'), ('supernumerary', 'supernumerary tooth'), ('drift', 'drift'), ('rotation', 'rotation'), ('tipping', 'tipping'), ('extrusion', 'extrusion'), ('cold_test', 'cold test'), ('heat_test', 'heat test'), ('electric_test', 'electric pulp test'), ('percussion', 'percussion')], max_length=24, verbose_name='finding'),
        ),
        migrations.AlterField(
            model_name='historicalfinding',
            name='kind',
            field=models.CharField(choices=[('caries', 'caries'), ('pulpitis', 'pulpitis'), ('apical_periodontitis', 'apical periodontitis'), ('periapical_lesion', 'periapical lesion'), ('fracture', 'fracture'), ('mobility', 'mobility'), ('wear', 'tooth wear'), ('recession', 'gum recession'), ('plaque', 'plaque'), ('calculus', 'calculus'), ('sensitivity', 'sensitivity'), ('discoloration', 'discoloration'), ('fistula', 'fistula'), ('missing', 'missing tooth'), ('unerupted', 'unerupted tooth'), ('erupting', 'erupting tooth'), ('erupted', 'erupted tooth'), ('impacted', 'impacted tooth'), ('retained_root', 'retained root'), ('supernumerary', 'supernumerary tooth'), ('drift', 'drift'), ('rotation', 'rotation'), ('tipping', 'tipping'), ('extrusion', 'extrusion'), ('cold_test', 'cold test'), ('heat_test', 'heat test'), ('electric_test', 'electric pulp test'), ('percussion', 'percussion')], max_length=24, verbose_name='finding'),
        ),
        migrations.AddConstraint(
            model_name='anaesthesia',
            constraint=models.CheckConstraint(condition=models.Q(('teeth__contained_by', [11, 12, 13, 14, 15, 16, 17, 18, 21, 22, 23, 24, 25, 26, 27, 28, 31, 32, 33, 34, 35, 36, 37, 38, 41, 42, 43, 44, 45, 46, 47, 48, 51, 52, 53, 54, 55, 61, 62, 63, 64, 65, 71, 72, 73, 74, 75, 81, 82, 83, 84, 85, 111, 112, 113, 114, 115, 116, 117, 118, 121, 122, 123, 124, 125, 126, 127, 128, 131, 132, 133, 134, 135, 136, 137, 138, 141, 142, 143, 144, 145, 146, 147, 148, 151, 152, 153, 154, 155, 161, 162, 163, 164, 165, 171, 172, 173, 174, 175, 181, 182, 183, 184, 185])), name='charting_anaesthesia_teeth_exist'),
        ),
        migrations.AddConstraint(
            model_name='canalrecord',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('canal__in', ['C']), ('tooth__in', [11, 12, 13, 21, 22, 23, 51, 52, 53, 61, 62, 63, 111, 112, 113, 114, 115, 116, 117, 118, 121, 122, 123, 124, 125, 126, 127, 128, 131, 132, 133, 134, 135, 136, 137, 138, 141, 142, 143, 144, 145, 146, 147, 148, 151, 152, 153, 154, 155, 161, 162, 163, 164, 165, 171, 172, 173, 174, 175, 181, 182, 183, 184, 185])), models.Q(('canal__in', ['C', 'B', 'L']), ('tooth__in', [14, 15, 24, 25, 31, 32, 33, 34, 35, 41, 42, 43, 44, 45, 71, 72, 73, 81, 82, 83])), models.Q(('canal__in', ['MB1', 'MB2', 'DB1', 'P1']), ('tooth__in', [16, 17, 18, 26, 27, 28, 54, 55, 64, 65])), models.Q(('canal__in', ['MBC', 'MLC', 'DC', 'DBC', 'DLC']), ('tooth__in', [36, 37, 38, 46, 47, 48, 74, 75, 84, 85])), _connector='OR'), name='charting_canal_fits_tooth'),
        ),
        migrations.AddConstraint(
            model_name='diagnosis',
            constraint=models.CheckConstraint(condition=models.Q(('tooth__in', (11, 12, 13, 14, 15, 16, 17, 18, 21, 22, 23, 24, 25, 26, 27, 28, 31, 32, 33, 34, 35, 36, 37, 38, 41, 42, 43, 44, 45, 46, 47, 48, 51, 52, 53, 54, 55, 61, 62, 63, 64, 65, 71, 72, 73, 74, 75, 81, 82, 83, 84, 85, 111, 112, 113, 114, 115, 116, 117, 118, 121, 122, 123, 124, 125, 126, 127, 128, 131, 132, 133, 134, 135, 136, 137, 138, 141, 142, 143, 144, 145, 146, 147, 148, 151, 152, 153, 154, 155, 161, 162, 163, 164, 165, 171, 172, 173, 174, 175, 181, 182, 183, 184, 185)), ('tooth', None), _connector='OR'), name='charting_diagnosis_tooth_exists'),
        ),
        migrations.AddConstraint(
            model_name='finding',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['caries', 'pulpitis', 'apical_periodontitis', 'periapical_lesion', 'fracture', 'mobility', 'wear', 'recession', 'plaque', 'calculus', 'sensitivity', 'discoloration', 'fistula', 'missing', 'unerupted', 'erupting', 'erupted', 'impacted', 'retained_root', 'supernumerary', 'drift', 'rotation', 'tipping', 'extrusion', 'cold_test', 'heat_test', 'electric_test', 'percussion'])), name='charting_finding_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='finding',
            constraint=models.CheckConstraint(condition=models.Q(('tooth__in', (11, 12, 13, 14, 15, 16, 17, 18, 21, 22, 23, 24, 25, 26, 27, 28, 31, 32, 33, 34, 35, 36, 37, 38, 41, 42, 43, 44, 45, 46, 47, 48, 51, 52, 53, 54, 55, 61, 62, 63, 64, 65, 71, 72, 73, 74, 75, 81, 82, 83, 84, 85, 111, 112, 113, 114, 115, 116, 117, 118, 121, 122, 123, 124, 125, 126, 127, 128, 131, 132, 133, 134, 135, 136, 137, 138, 141, 142, 143, 144, 145, 146, 147, 148, 151, 152, 153, 154, 155, 161, 162, 163, 164, 165, 171, 172, 173, 174, 175, 181, 182, 183, 184, 185)), models.Q(('kind__in', frozenset(['calculus', 'plaque'])), ('surfaces', []), ('tooth', None)), _connector='OR'), name='charting_finding_tooth_exists'),
        ),
        migrations.AddConstraint(
            model_name='finding',
            constraint=models.CheckConstraint(condition=models.Q(('surfaces', []), models.Q(('surfaces__contained_by', ['M', 'D', 'O', 'I', 'V', 'L', 'V5', 'L5', 'RM', 'RD', 'RV', 'RL']), models.Q(models.Q(('surfaces__contains', ['O']), _negated=True), ('tooth__in', (14, 15, 16, 17, 18, 24, 25, 26, 27, 28, 34, 35, 36, 37, 38, 44, 45, 46, 47, 48, 54, 55, 64, 65, 74, 75, 84, 85, 114, 115, 116, 117, 118, 124, 125, 126, 127, 128, 134, 135, 136, 137, 138, 144, 145, 146, 147, 148, 154, 155, 164, 165, 174, 175, 184, 185)), _connector='OR'), models.Q(models.Q(('surfaces__contains', ['I']), _negated=True), ('tooth__in', (11, 12, 13, 21, 22, 23, 31, 32, 33, 41, 42, 43, 51, 52, 53, 61, 62, 63, 71, 72, 73, 81, 82, 83, 111, 112, 113, 121, 122, 123, 131, 132, 133, 141, 142, 143, 151, 152, 153, 161, 162, 163, 171, 172, 173, 181, 182, 183)), _connector='OR')), _connector='OR'), name='charting_finding_surfaces_fit'),
        ),
        migrations.AddConstraint(
            model_name='finding',
            constraint=models.CheckConstraint(condition=models.Q(('roots', []), models.Q(('roots__contained_by', ['C', 'R']), ('tooth__in', [11, 12, 13, 21, 22, 23, 51, 52, 53, 61, 62, 63, 111, 112, 113, 114, 115, 116, 117, 118, 121, 122, 123, 124, 125, 126, 127, 128, 131, 132, 133, 134, 135, 136, 137, 138, 141, 142, 143, 144, 145, 146, 147, 148, 151, 152, 153, 154, 155, 161, 162, 163, 164, 165, 171, 172, 173, 174, 175, 181, 182, 183, 184, 185])), models.Q(('roots__contained_by', ['B', 'BR', 'C', 'L', 'PR']), ('tooth__in', [14, 24])), models.Q(('roots__contained_by', ['B', 'C', 'L', 'R']), ('tooth__in', [15, 25, 31, 32, 33, 34, 35, 41, 42, 43, 44, 45, 71, 72, 73, 81, 82, 83])), models.Q(('roots__contained_by', ['DB', 'DB1', 'MB', 'MB1', 'MB2', 'P', 'P1']), ('tooth__in', [16, 17, 18, 26, 27, 28, 54, 55, 64, 65])), models.Q(('roots__contained_by', ['DBC', 'DC', 'DLC', 'DR', 'MBC', 'MLC', 'MR']), ('tooth__in', [36, 37, 38, 46, 47, 48, 74, 75, 84, 85])), _connector='OR'), name='charting_finding_roots_fit'),
        ),
        migrations.AddConstraint(
            model_name='finding',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('direction', ''), models.Q(('kind__in', ['drift', 'rotation', 'tipping', 'percussion', 'supernumerary']), _negated=True)), models.Q(('direction__in', ['mesial', 'distal', 'vestibular', 'lingual']), ('kind', 'drift')), models.Q(('direction__in', ['mesial', 'distal']), ('kind', 'rotation')), models.Q(('direction__in', ['mesial', 'distal', 'vestibular', 'lingual']), ('kind', 'tipping')), models.Q(('direction__in', ['vertical', 'horizontal']), ('kind', 'percussion')), models.Q(('direction__in', ['mesial', 'distal', 'vestibular', 'lingual']), ('kind', 'supernumerary')), _connector='OR'), name='charting_finding_direction_fits'),
        ),
        migrations.AddConstraint(
            model_name='image',
            constraint=models.CheckConstraint(condition=models.Q(('teeth__contained_by', [11, 12, 13, 14, 15, 16, 17, 18, 21, 22, 23, 24, 25, 26, 27, 28, 31, 32, 33, 34, 35, 36, 37, 38, 41, 42, 43, 44, 45, 46, 47, 48, 51, 52, 53, 54, 55, 61, 62, 63, 64, 65, 71, 72, 73, 74, 75, 81, 82, 83, 84, 85, 111, 112, 113, 114, 115, 116, 117, 118, 121, 122, 123, 124, 125, 126, 127, 128, 131, 132, 133, 134, 135, 136, 137, 138, 141, 142, 143, 144, 145, 146, 147, 148, 151, 152, 153, 154, 155, 161, 162, 163, 164, 165, 171, 172, 173, 174, 175, 181, 182, 183, 184, 185])), name='charting_image_teeth_exist'),
        ),
        migrations.AddConstraint(
            model_name='proceduretooth',
            constraint=models.CheckConstraint(condition=models.Q(('tooth__in', (11, 12, 13, 14, 15, 16, 17, 18, 21, 22, 23, 24, 25, 26, 27, 28, 31, 32, 33, 34, 35, 36, 37, 38, 41, 42, 43, 44, 45, 46, 47, 48, 51, 52, 53, 54, 55, 61, 62, 63, 64, 65, 71, 72, 73, 74, 75, 81, 82, 83, 84, 85, 111, 112, 113, 114, 115, 116, 117, 118, 121, 122, 123, 124, 125, 126, 127, 128, 131, 132, 133, 134, 135, 136, 137, 138, 141, 142, 143, 144, 145, 146, 147, 148, 151, 152, 153, 154, 155, 161, 162, 163, 164, 165, 171, 172, 173, 174, 175, 181, 182, 183, 184, 185))), name='charting_procedure_tooth_exists'),
        ),
        migrations.AddConstraint(
            model_name='proceduretooth',
            constraint=models.CheckConstraint(condition=models.Q(('surfaces', []), models.Q(('surfaces__contained_by', ['M', 'D', 'O', 'I', 'V', 'L', 'V5', 'L5', 'RM', 'RD', 'RV', 'RL']), models.Q(models.Q(('surfaces__contains', ['O']), _negated=True), ('tooth__in', (14, 15, 16, 17, 18, 24, 25, 26, 27, 28, 34, 35, 36, 37, 38, 44, 45, 46, 47, 48, 54, 55, 64, 65, 74, 75, 84, 85, 114, 115, 116, 117, 118, 124, 125, 126, 127, 128, 134, 135, 136, 137, 138, 144, 145, 146, 147, 148, 154, 155, 164, 165, 174, 175, 184, 185)), _connector='OR'), models.Q(models.Q(('surfaces__contains', ['I']), _negated=True), ('tooth__in', (11, 12, 13, 21, 22, 23, 31, 32, 33, 41, 42, 43, 51, 52, 53, 61, 62, 63, 71, 72, 73, 81, 82, 83, 111, 112, 113, 121, 122, 123, 131, 132, 133, 141, 142, 143, 151, 152, 153, 161, 162, 163, 171, 172, 173, 181, 182, 183)), _connector='OR')), _connector='OR'), name='charting_procedure_surfaces_fit'),
        ),
        migrations.AddConstraint(
            model_name='proceduretooth',
            constraint=models.CheckConstraint(condition=models.Q(('roots', []), models.Q(('roots__contained_by', ['C', 'R']), ('tooth__in', [11, 12, 13, 21, 22, 23, 51, 52, 53, 61, 62, 63, 111, 112, 113, 114, 115, 116, 117, 118, 121, 122, 123, 124, 125, 126, 127, 128, 131, 132, 133, 134, 135, 136, 137, 138, 141, 142, 143, 144, 145, 146, 147, 148, 151, 152, 153, 154, 155, 161, 162, 163, 164, 165, 171, 172, 173, 174, 175, 181, 182, 183, 184, 185])), models.Q(('roots__contained_by', ['B', 'BR', 'C', 'L', 'PR']), ('tooth__in', [14, 24])), models.Q(('roots__contained_by', ['B', 'C', 'L', 'R']), ('tooth__in', [15, 25, 31, 32, 33, 34, 35, 41, 42, 43, 44, 45, 71, 72, 73, 81, 82, 83])), models.Q(('roots__contained_by', ['DB', 'DB1', 'MB', 'MB1', 'MB2', 'P', 'P1']), ('tooth__in', [16, 17, 18, 26, 27, 28, 54, 55, 64, 65])), models.Q(('roots__contained_by', ['DBC', 'DC', 'DLC', 'DR', 'MBC', 'MLC', 'MR']), ('tooth__in', [36, 37, 38, 46, 47, 48, 74, 75, 84, 85])), _connector='OR'), name='charting_procedure_roots_fit'),
        ),
        clinic.history.operations.Capture(
            name='Finding',
        ),
    ]
