/* What report.html carries with it: style and script, as they are in the
   files beside this one. */
#ifndef REPORT_ASSETS_H
#define REPORT_ASSETS_H

extern const char page_css[]; /* page.css */
extern const char page_js[];  /* page.js */

#endif
