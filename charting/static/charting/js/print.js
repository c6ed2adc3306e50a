// Opens the print dialog of a page that exists only to be printed.
window.print();
