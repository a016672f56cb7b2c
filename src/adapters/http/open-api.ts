// Writes the OpenAPI description from the routes' own schemas, so that it cannot say anything else than they do.
import type { RouteOptions } from 'fastify';
import { errorCatalogue } from '../../errors.js';
import { isRouteName, routeAccess } from './access.js';

interface DescribedSchema {
  readonly summary?: string;
  readonly hide?: boolean;
  readonly body?: object;
  readonly params?: ObjectSchema;
  readonly querystring?: ObjectSchema;
  readonly response?: Readonly<Record<string, object>>;
}

interface ObjectSchema {
  readonly properties?: Readonly<Record<string, object>>;
  readonly required?: readonly string[];
}

/** Collects routes as they are registered. */
export interface ApiDescription {
  add(route: RouteOptions): void;
  /** The document, OpenAPI 3.1. */
  document(version: string): object;
}

/** A description of no routes yet. */
export function createApiDescription(): ApiDescription {
  const paths: Record<string, Record<string, object>> = {};
  return {
    add(route) {
      const schema = (route.schema ?? {}) as DescribedSchema;
      if (schema.hide) return;
      const path = route.url.replaceAll(/:(\w+)/g, '{$1}');
      const operations = (paths[path] ??= {});
      for (const method of [route.method].flat())
        operations[method.toLowerCase()] = operationOf(`${method} ${route.url}`, schema);
    },
    document: (version) => ({
      openapi: '3.1.0',
      info: { title: 'Yihao 一号', version, license: { name: 'Apache-2.0' } },
      components: {
        securitySchemes: { session: { type: 'apiKey', in: 'cookie', name: 'yihao' } },
        schemas: { Error: errorSchema },
      },
      paths,
    }),
  };
}

const errorSchema = {
  type: 'object',
  required: ['code', 'message', 'details'],
  properties: {
    code: { type: 'string', enum: Object.keys(errorCatalogue) },
    message: { type: 'string' },
    details: { type: 'object' },
  },
};

const refusal = {
  description: 'Refused; see docs/errors.md',
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
};

function operationOf(name: string, schema: DescribedSchema): object {
  const access = isRouteName(name) ? routeAccess[name] : [];
  const parameters = [...parametersOf('path', schema.params), ...parametersOf('query', schema.querystring)];
  return {
    summary: schema.summary ?? name,
    'x-roles': access,
    security: access === 'anyone' ? [] : [{ session: [] }],
    ...(parameters.length > 0 && { parameters }),
    ...(schema.body !== undefined && { requestBody: { required: true, content: json(schema.body) } }),
    responses: { ...responsesOf(schema.response), default: refusal },
  };
}

function parametersOf(place: 'path' | 'query', schema: ObjectSchema | undefined): readonly object[] {
  return Object.entries(schema?.properties ?? {}).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || (schema?.required ?? []).includes(name),
    schema: property,
  }));
}

function responsesOf(responses: DescribedSchema['response']): object {
  if (responses === undefined) return { 204: { description: 'Done' } };
  return Object.fromEntries(
    Object.entries(responses).map(([status, body]) => [
      status,
      { description: 'The answer', content: json(body) },
    ]),
  );
}

const json = (schema: object): object => ({ 'application/json': { schema } });
