/**
 * The shapes of the HTTP API, for the type checker alone.
 *
 * @typedef {object} User
 * @property {number} userId
 * @property {string | null} firstName
 * @property {string | null} lastName
 * @property {string | null} username
 * @property {string | null} languageCode
 *
 * @typedef {object} Delivery
 * @property {"queued" | "sending" | "sent" | "failed" | "unknown"} status
 * @property {{code: string, message: string} | null} error
 * @property {number} attempts
 * @property {string | null} nextAttemptAt
 *
 * @typedef {object} Message
 * @property {number} userId
 * @property {string} botType
 * @property {number} seq
 * @property {"in" | "out"} direction
 * @property {boolean} verified
 * @property {string} messageType
 * @property {string} messageText
 * @property {object[]} entities
 * @property {Record<string, any> | null} media
 * @property {Record<string, any> | null} payload
 * @property {number | null} telegramMessageId
 * @property {number | null} replyTo
 * @property {string | null} mediaGroupId
 * @property {string} createdAt
 * @property {string | null} editedAt
 * @property {string | null} deletedAt
 * @property {string | null} operator
 * @property {string | null} clientMessageId
 * @property {number} revision
 * @property {Delivery | null} delivery
 * @property {Record<string, any>} [context]
 * @property {{user: Record<string, any>[], operator: Record<string, any>[]}} [reactions]
 *
 * @typedef {object} Version
 * @property {string} messageText
 * @property {string} writtenAt
 *
 * @typedef {object} Chat
 * @property {number} userId
 * @property {string} botType
 * @property {User} user
 * @property {"open" | "closed"} status
 * @property {number} unreadCount
 * @property {Message | null} lastMessage
 * @property {number} revision
 * @property {string} lastMessageAt
 * @property {boolean} blockedByUser
 *
 * @typedef {object} ChatPage
 * @property {Chat[]} chats
 * @property {string | null} nextCursor
 * @property {{open: number, closed: number}} counts
 *
 * @typedef {object} HistoryPage
 * @property {User} user
 * @property {Chat} chat
 * @property {Message[]} messages
 * @property {number | null} nextBefore
 * @property {number} revision
 */

export {};
