/** What the simulator tells the page (`views.py`). What a message carries has the shape of the Bot API. */

/**
 * @typedef {Record<string, any>} Json An object of the Bot API.
 *
 * @typedef {object} Message
 * @property {number} messageId
 * @property {boolean} outgoing Whether the bot sent it.
 * @property {string} kind
 * @property {string} text Its text or caption; may be empty.
 * @property {number} date Unix seconds.
 * @property {boolean} edited
 * @property {1 | 2 | null} ticks
 * @property {string[]} botReactions
 * @property {string[]} userReactions
 * @property {Json} message The whole `Message` object.
 *
 * @typedef {object} User
 * @property {number} id
 * @property {string} firstName
 * @property {string | null} lastName
 * @property {string | null} username
 * @property {boolean} blocked Whether the user has blocked the bot.
 * @property {Message | null} lastMessage
 *
 * @typedef {object} Bot
 * @property {number} id
 * @property {string} username
 * @property {string} firstName
 *
 * @typedef {object} View All that the page shows.
 * @property {number} version
 * @property {Bot} bot
 * @property {Bot[]} bots
 * @property {User[]} users
 * @property {Message[]} messages
 * @property {number} typingSeconds For how long the bot is busy.
 * @property {string} busyWith
 * @property {{queryId: string, text: string, alert: boolean} | null} notice
 */

export {};
