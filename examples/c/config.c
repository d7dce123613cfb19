#include "config.h"

#include <stdlib.h>

#define JSMN_STATIC
#include "jsmn.h"

#define TOKENS 128

static plugin_string_t token_text(plugin_string_t json, const jsmntok_t *token) {
  return (plugin_string_t){json.ptr + token->start, (size_t)(token->end - token->start)};
}

static bool is(plugin_string_t text, const char *word) {
  plugin_string_t other;
  plugin_string_set(&other, word);
  return text_equal(text, other);
}

bool config_read(plugin_string_t json, config_t *config) {
  jsmn_parser parser;
  jsmntok_t tokens[TOKENS];
  jsmn_init(&parser);
  int count = jsmn_parse(&parser, (const char *)json.ptr, json.len, tokens, TOKENS);
  if (count < 1 || tokens[0].type != JSMN_OBJECT) return false;

  *config = (config_t){0};
  for (int at = 1; at + 1 < count;) {
    plugin_string_t key = token_text(json, &tokens[at]);
    const jsmntok_t *value = &tokens[at + 1];
    plugin_string_t text = token_text(json, value);
    at += 2;
    if (is(key, "department")) {
      config->department = text;
    } else if (is(key, "amount")) {
      config->amount = strtoll((const char *)text.ptr, NULL, 10);
    } else if (is(key, "vip_from")) {
      config->vip_from = strtoll((const char *)text.ptr, NULL, 10);
    } else if (is(key, "sources")) {
      if (value->size > (int)(sizeof config->sources / sizeof *config->sources)) return false;
      for (int i = 0; i < value->size; i++) config->sources[config->source_count++] = token_text(json, &tokens[at++]);
    } else {
      return false;
    }
  }
  return true;
}
