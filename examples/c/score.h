// How much a lead matters: a pure function, so that it can be tried without a host.
#ifndef SCORE_H
#define SCORE_H

#include <stdbool.h>
#include <stdint.h>

#include "plugin.h"

// What an admin can set; the schema in rule.c says what each means.
typedef struct {
  plugin_string_t department;
  int64_t amount;
  plugin_string_t sources[32];
  int source_count;
  int64_t vip_from;
} config_t;

bool text_equal(plugin_string_t a, plugin_string_t b);

// Points out of 100: for what a lead may be worth, where it came from, and whether it names a company.
int score(const takt_crm_leads_lead_t *lead, const config_t *config);

#endif
