import { type Catalogue, durationIn, momentIn } from '../catalogue.ts'
import { line, listOf } from '../line.ts'

const locale = 'ja-JP'

export const ja: Catalogue = {
  linkHint: 'ボタンが使えない場合は、次のアドレスをブラウザーで開いてください。',
  footer: 'このメールは、ライブラリサーバー Carrel から自動的に送信されました。',
  invitation: ({ organization, inviter, roles, expiresAt }) => ({
    subject: line`${inviter}さんから「${organization}」への招待`,
    heading: line`「${organization}」への招待`,
    lines: [
      line`${inviter}さんが、あなたをワークスペース「${organization}」に招待しました。メンバーは、ここにある本を探して読むことができます。`,
      ...(roles.length === 0 ? [] : [line`あなたの役割：${listOf(roles, locale)}`]),
      line`この招待は、${momentIn(locale, expiresAt)}まで有効です。`,
    ],
    button: '招待を受ける',
    unexpected: 'お心当たりがない場合は、このメールを削除してください。リンクを開かない限り、何も行われません。',
  }),
  passwordReset: ({ user, minutes }) => ({
    subject: line`パスワードの再設定`,
    heading: line`パスワードの再設定`,
    lines: [
      line`${user} 様`,
      line`アカウントのパスワードを再設定するご依頼を受け付けました。リンクの有効期限は${durationIn(locale, minutes).replaceAll(' ', '')}で、使えるのは一度だけです。`,
    ],
    button: '新しいパスワードを設定する',
    unexpected: 'お心当たりがない場合は、何もする必要はありません。パスワードは変更されません。',
  }),
  accountMade: ({ user, minutes }) => ({
    subject: line`アカウントのご用意ができました`,
    heading: line`パスワードの設定`,
    lines: [
      line`${user} 様`,
      line`このライブラリサーバーの運営者が、あなたのアカウントを作成しました。パスワードを設定してログインしてください。リンクの有効期限は${durationIn(locale, minutes).replaceAll(' ', '')}で、使えるのは一度だけです。`,
    ],
    button: 'パスワードを設定する',
    unexpected: 'お心当たりがない場合は、このメールを削除してください。リンクを開かない限り、何も行われません。',
  }),
  verifyEmail: ({ user, minutes }) => ({
    subject: line`メールアドレスの確認`,
    heading: line`メールアドレスの確認`,
    lines: [
      line`${user} 様`,
      line`アカウントについてのお知らせを確実にお届けするため、このメールアドレスがご本人のものであることをご確認ください。リンクの有効期限は${durationIn(locale, minutes).replaceAll(' ', '')}で、使えるのは一度だけです。`,
    ],
    button: 'メールアドレスを確認する',
    unexpected: 'アカウントを作成した覚えがない場合は、何もする必要はありません。メールアドレスは未確認のままになります。',
  }),
  changeEmail: ({ user, newEmail, minutes }) => ({
    subject: line`新しいメールアドレスの確認`,
    heading: line`新しいメールアドレスの確認`,
    lines: [
      line`${user} 様`,
      line`アカウントのメールアドレスを ${newEmail} に変更するご依頼を受け付けました。変更を確定するには、下のリンクを開いてください。リンクの有効期限は${durationIn(locale, minutes).replaceAll(' ', '')}で、使えるのは一度だけです。確定すると、ほかの端末ではサインアウトされます。`,
    ],
    button: '変更を確定する',
    unexpected: 'お心当たりがない場合は、リンクを開かないでください。メールアドレスは変更されません。',
  }),
  emailChanged: ({ user, newEmail }) => ({
    subject: line`メールアドレスが変更されました`,
    heading: line`メールアドレスが変更されました`,
    lines: [
      line`${user} 様`,
      line`アカウントのメールアドレスが ${newEmail} に変更されました。今後、アカウントについてのメールはこのアドレスには届きません。`,
    ],
    unexpected:
      'お心当たりがない場合は、第三者がアカウントを使用しているおそれがあります。すぐにライブラリサーバーの管理者にご連絡ください。',
  }),
  test: ({ server, sender }) => ({
    subject: line`${server} からのテストメール`,
    heading: line`メールは正常に届いています`,
    lines: [
      line`${sender}さんが、${server} のメール設定を確認するためにこのメールを送信しました。招待やパスワード再設定のメールも、同じように届きます。`,
    ],
    unexpected: 'このメールへのご対応は必要ありません。',
  }),
}
