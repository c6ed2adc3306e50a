"""What is known of the patient's health: the questionnaire, its signed answers, and which of them make an act dangerous."""
