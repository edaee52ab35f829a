/*
 * page.css and page.js within the program.  The assembler reads them: they
 * stay files that editors and browsers understand, and need no tool to embed.
 */
#include "report/assets.h"

#define EMBED(name, file)                                \
	__asm__(".pushsection .rodata\n"                 \
		".global " #name "\n"                    \
		".type " #name ", %object\n" #name ":\n" \
		".incbin \"" file "\"\n"                 \
		".byte 0\n"                              \
		".size " #name ", . - " #name "\n"       \
		".popsection\n")

EMBED(page_css, "src/report/page.css");
EMBED(page_js, "src/report/page.js");
