import { changedAt, createdAt, type ExamplesOf } from "./example.ts";

const token = {
  id: "k3v9x0qa",
  label: "kitchen panel",
  role: "gateway" as const,
  userId: null,
  onlyUsers: ["ola", "ann"],
  scopes: ["read" as const, "write" as const],
  state: "valid" as const,
  createdAt,
  createdBy: "configured",
  expiresAt: null,
  revokedAt: null,
  lastUsedAt: null,
};

const backup = {
  file: "keepsake-20261130T023000Z.jsonl.zst",
  bytes: 18_734_211,
  createdAt,
  rows: 104_233,
  verifiedIn: "a database of the same server",
};

const rotated = { ...token, id: "p7w2m4ze", createdAt: changedAt };

export const systemExamples: ExamplesOf<"system"> = {
  status: {
    input: {},
    output: {
      version: "0.1.0",
      uptimeSeconds: 86_400,
      database: {
        home: "server",
        version: "16.10",
        pgvector: "0.8.0",
        durabilityProblem: null,
        checksumProblem: null,
        damageProblem: null,
        reopenings: 0,
      },
      embeddings: { state: "on", model: "nomic-embed-text", dimensions: 384, problem: null, queued: 1 },
      backups: { state: "on", lastGood: backup, lastFailure: null, isUnderWay: false, warning: null },
    },
  },
  users: {
    input: { limit: 50 },
    output: {
      items: [
        {
          userId: "ola",
          createdAt,
          memories: 212,
          messages: 3_480,
          sessions: 97,
          lastActiveAt: changedAt,
          erasingSince: null,
        },
      ],
      nextCursor: null,
    },
  },
  eraseUser: { input: { confirm: "ola" }, output: { rows: 4_213 } },
  tokens: { input: { limit: 50 }, output: { items: [token], nextCursor: null } },
  createToken: {
    input: { label: "kitchen panel", role: "gateway", scopes: ["read", "write"], onlyUsers: ["ola", "ann"] },
    output: { ...token, token: "ks_k3v9x0qa_0Zt8m2qJrV5wXy7B1cD3eF6gH9iK4lN0oP2sT8uQaRw" },
  },
  revokeToken: {
    input: { id: "k3v9x0qa" },
    output: { ...token, state: "revoked", revokedAt: changedAt },
  },
  rotateToken: {
    input: { id: "k3v9x0qa", overlapSeconds: 3_600 },
    output: { ...rotated, token: "ks_p7w2m4ze_Qw3rT5yU7iO9pA1sD3fG5hJ7kL9zX1cV3bN5mQ7wE9r" },
  },
  audit: {
    input: { limit: 50 },
    output: {
      items: [
        {
          id: "01a20866-08d5-7399-8fc6-0aaa401347f6",
          at: createdAt,
          tokenId: "k3v9x0qa",
          role: "gateway",
          procedure: "memory.add",
          items: ["01a20866-08d1-7c3e-9f0b-5d2c8e7a4b10"],
          itemCount: 1,
          details: null,
          requestId: "01a20866-08d5-4399-8fc6-0aaa401347f6",
        },
      ],
      nextCursor: null,
    },
  },
  spaces: {
    input: {},
    output: {
      items: [
        {
          id: 1,
          model: "nomic-embed-text",
          dimensions: 384,
          recipe: "nomic-v1",
          state: "active",
          createdAt,
          activatedAt: createdAt,
        },
      ],
    },
  },
  backups: { input: {}, output: { items: [backup] } },
  backup: { input: {}, output: { isBegun: true, problem: null } },
  jobs: { input: {}, output: { items: [{ queue: "embed-knowledge", waiting: 1, active: 0 }] } },
};
