// Starts the pages.
import { createApp } from 'vue';
import App from './app.vue';
import './base.css';
import { router } from './router.js';

createApp(App).use(router).mount('#app');
