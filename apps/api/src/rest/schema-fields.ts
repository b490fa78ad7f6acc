import type { z } from "zod";

type Schema = z.core.$ZodType;

/** The schema that a value meets first, without what makes it optional, gives it a default or changes it afterwards. */
export function bareSchema(schema: Schema): z.core.$ZodTypes {
  const known = schema as z.core.$ZodTypes;
  const { def } = known._zod;
  switch (def.type) {
    case "optional":
    case "nonoptional":
    case "nullable":
    case "default":
    case "prefault":
    case "catch":
    case "readonly":
      return bareSchema(def.innerType);
    case "pipe":
      return bareSchema(def.in);
    default:
      return known;
  }
}

/** The fields of an object's schema, of all its forms where it has several; none for anything else. */
export function fieldsOf(schema: Schema): ReadonlyMap<string, Schema> {
  const { def } = bareSchema(schema)._zod;
  if (def.type === "object") return new Map(Object.entries(def.shape));
  if (def.type === "union") return new Map(def.options.flatMap((option) => [...fieldsOf(option)]));
  if (def.type === "intersection") return new Map([...fieldsOf(def.left), ...fieldsOf(def.right)]);
  return new Map();
}
