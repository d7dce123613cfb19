// Reads the configuration, which the host hands over as JSON text with the defaults filled in.
#ifndef CONFIG_H
#define CONFIG_H

#include "score.h"

// False where the text is not what the schema says.
bool config_read(plugin_string_t json, config_t *config);

#endif
