#include "score.h"

#include <string.h>

bool text_equal(plugin_string_t a, plugin_string_t b) { return a.len == b.len && memcmp(a.ptr, b.ptr, a.len) == 0; }

static bool is_known(plugin_option_string_t source, const config_t *config) {
  for (int i = 0; source.is_some && i < config->source_count; i++) {
    if (text_equal(source.val, config->sources[i])) return true;
  }
  return false;
}

int score(const takt_crm_leads_lead_t *lead, const config_t *config) {
  int points = 0;
  if (lead->amount.is_some && lead->amount.val.minor >= config->amount) points += 50;
  if (is_known(lead->source, config)) points += 30;
  if (lead->company_name.is_some) points += 20;
  return points;
}
