import tailwindcss from '@tailwindcss/vite'
import { tanstackRouter } from '@tanstack/router-plugin/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { compileCatalogues } from './build/catalogues.ts'
import { precompress } from './build/precompress.ts'

const server = 'http://127.0.0.1:3000'
const proxied = ['/rpc', '/api', '/files', '/livez', '/readyz']

export default defineConfig({
  plugins: [
    tanstackRouter({
      target: 'react',
      routesDirectory: './src/routes',
      generatedRouteTree: './src/route-tree.gen.ts',
      autoCodeSplitting: false,
      addExtensions: true,
      quoteStyle: 'single',
    }),
    react(),
    tailwindcss(),
    compileCatalogues(),
    precompress(),
  ],
  server: { proxy: Object.fromEntries(proxied.map((path) => [path, { target: server, changeOrigin: false }])) },
  build: {
    target: ['chrome123', 'edge123', 'firefox128', 'safari17.5'],
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        // Few files for what every page needs: HTTP/1.1 fetches six at a time.
        codeSplitting: {
          includeDependenciesRecursively: false,
          groups: [
            { name: 'react', test: /node_modules\/(?:react|react-dom|scheduler)\//, priority: 3 },
            {
              name: 'vendor',
              test: /node_modules\/(?:@tanstack\/(?:query-core|react-query|router-core|react-router|history|store|react-store)|@orpc\/[a-z-]+|@lingui\/[a-z-]+|clsx|tailwind-merge|class-variance-authority|seroval|isbot|cookie-es)\//,
              priority: 2,
            },
            {
              name: 'app',
              test: /node_modules\/lucide-react\/|\/src\/(?:lib\/(?!auth|permission-text|use-debounced)|locales|components\/(?!ui|text-field|form-error|picker|confirm-dialog|load-more)|routes\/(?!-|.*(?:\/-|tsr-split)))|\/api\/src\/limits\./,
              priority: 1,
            },
          ],
        },
      },
    },
  },
})
