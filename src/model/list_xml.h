/*
 * Lists in the XML of nmap -oX and masscan -oX: the open TCP ports of each
 * host, under its name where it has one.
 */
#ifndef MODEL_LIST_XML_H
#define MODEL_LIST_XML_H

#include "model/list_reader.h"

/* The next host. */
enum list_step list_xml_read(struct list_reader *);

#endif
