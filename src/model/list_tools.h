/*
 * Lists that tools write line by line: nmap -oG (and masscan -oG), masscan
 * -oL, Ansible inventories in INI form.
 */
#ifndef MODEL_LIST_TOOLS_H
#define MODEL_LIST_TOOLS_H

#include "model/list_reader.h"

enum list_step list_nmap_read(struct list_reader *);
enum list_step list_masscan_read(struct list_reader *);
enum list_step list_ansible_read(struct list_reader *);

/* "[webservers]", "[db:vars]", and not "[2001:db8::1]:443". */
bool list_is_group(const char *line);

#endif
