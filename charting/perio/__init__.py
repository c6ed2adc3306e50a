"""The periodontal exam: six sites of every tooth, what follows from them, and exams beside each other."""
