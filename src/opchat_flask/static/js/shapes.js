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
 * @typedef {object} Entity Telegram's MessageEntity.
 * @property {string} type
 * @property {number} offset In UTF-16 units, as the length.
 * @property {number} length
 * @property {string} [url]
 * @property {string} [language]
 *
 * @typedef {object} Media
 * @property {string} [fileName]
 * @property {string} [mimeType]
 * @property {number} [fileSize]
 * @property {number} [width]
 * @property {number} [height]
 * @property {number} [duration] In seconds.
 * @property {string} [thumbnailFileId]
 *
 * @typedef {object} Message
 * @property {number} userId
 * @property {string} botType
 * @property {number} seq
 * @property {"in" | "out"} direction
 * @property {boolean} verified
 * @property {string} messageType
 * @property {string} messageText
 * @property {Entity[]} entities
 * @property {Media | null} media
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
 * @property {{text: string, url?: string}[][]} [buttons]
 * @property {string} [editableUntil] Until when Telegram lets it be changed.
 * @property {PendingChange} [pendingChange]
 *
 * @typedef {object} PendingChange What an operator wants of a message and Telegram has not done yet.
 * @property {"edit" | "delete" | "react"} action
 * @property {string | null} messageText
 * @property {Entity[] | null} entities
 * @property {string | null} emoji
 * @property {string} operator
 * @property {"pending" | "refused"} status
 * @property {{code: string, message: string} | null} error
 *
 * @typedef {object} Version
 * @property {number} [version]
 * @property {string} [messageType]
 * @property {string} messageText
 * @property {Entity[]} [entities]
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
