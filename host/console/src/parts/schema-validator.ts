// The form's checks, by a validator that interprets schemas: the usual one compiles them to code, which the policy for
// content forbids. The host checks again, and has the last word.
import { Validator, type Schema } from '@cfworker/json-schema';
import { toErrorSchema, type RJSFSchema, type RJSFValidationError, type ValidatorType } from '@rjsf/utils';

/** What only says that something below it is wrong. */
const OUTER = new Set(['properties', 'items', 'prefixItems', 'additionalProperties', '$ref', 'allOf', 'anyOf', 'oneOf', 'if']);

function errorsOf(schema: RJSFSchema, value: unknown): RJSFValidationError[] {
  const found = new Validator(schema as Schema, '2020-12', false).validate(value ?? {}).errors;
  const plain = found.filter((error) => !OUTER.has(error.keyword));
  return (plain.length ? plain : found).map(({ keyword, instanceLocation, error }) => ({
    name: keyword,
    message: error,
    stack: error,
    property: instanceLocation.replace(/^#/, '').replaceAll('/', '.'),
  }));
}

export const validator: ValidatorType = {
  validateFormData(value, schema) {
    const errors = errorsOf(schema, value);
    return { errors, errorSchema: toErrorSchema(errors) };
  },
  isValid(schema, value, root) {
    const defs = (root as { $defs?: object }).$defs;
    const whole = { ...(typeof schema === 'object' ? schema : {}), ...(defs ? { $defs: defs } : {}) };
    return new Validator(whole as Schema, '2020-12').validate(value ?? null).valid;
  },
  rawValidation(schema, value) {
    return { errors: errorsOf(schema, value) as never };
  },
};

export default validator;
